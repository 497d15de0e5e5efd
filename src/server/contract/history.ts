import { z } from "@hono/zod-openapi";
import { listOf, milliseconds } from "./common.ts";

/** A day in minutes: a slice is no longer. */
const MAXIMUM_SLICE_MINUTES = 1_440;
const MAXIMUM_SLICES = 360;
const USUAL_SLICES = 90;

export const historyQuery = z.object({
  sliceMinutes: z.coerce.number().int().min(1).max(MAXIMUM_SLICE_MINUTES).default(1),
  slices: z.coerce.number().int().min(1).max(MAXIMUM_SLICES).default(USUAL_SLICES),
});

const window = {
  fromMs: milliseconds,
  sliceMs: milliseconds.describe("length of a slice"),
  slices: z.number(),
};

export const probeHistory = z
  .object({
    ...window,
    probes: listOf(
      z.object({
        monitor: z.string(),
        slices: listOf(
          z.object({
            fromMs: milliseconds,
            worst: z
              .enum(["ok", "degraded", "failed", "blind"])
              .nullable()
              .describe("null: nobody asked then"),
            reason: z.string().nullable(),
            asked: z.number(),
            slowestMs: z.number().nullable(),
          }),
        ),
      }),
    ),
  })
  .openapi("ProbeHistory");

export const countHistory = z
  .object({
    ...window,
    counts: listOf(
      z.object({
        monitor: z.string(),
        name: z
          .string()
          .describe("`accepted`, `sent`, `deferred`, `bounced`, `trouble`, `complaints`"),
        counts: listOf(z.number().nullable()).describe("null: nobody looked"),
      }),
    ),
  })
  .openapi("CountHistory");
