import { z } from "@hono/zod-openapi";
import { id, listOf, milliseconds, name, pageQuery, text } from "./common.ts";

const MAXIMUM_TEXT = 1_000;
const MAXIMUM_TIMES = 100;
const FULL_SCORE = 100;

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((value) => !Number.isNaN(Date.parse(`${value}T00:00:00Z`)), {
    message: "is no day of the calendar",
  })
  .describe("a day, as `2027-05-31`");
const check = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("intent"), intent: name }),
    z.strictObject({
      kind: z.literal("probe"),
      probe: name,
      times: z.number().int().min(1).max(MAXIMUM_TIMES).default(3).describe("ok in a row"),
    }),
    z.strictObject({
      kind: z.literal("drill"),
      drill: name,
      score: z.number().int().min(0).max(FULL_SCORE),
    }),
    z.strictObject({ kind: z.literal("approved"), device: name }),
    z.strictObject({ kind: z.literal("person") }),
  ])
  .describe("what closes it by itself, and opens it again; `person`: somebody says so")
  .openapi("ActionCheck");
const status = z.enum(["proposed", "open", "done", "declined"]);

export const action = z
  .object({
    id: z.number(),
    incident: z.number().nullable(),
    text: z.string(),
    owner: z.string().nullable().describe("null: nobody has taken it"),
    due: z.string().nullable().describe("the day by the end of which it has to be done"),
    isOverdue: z.boolean(),
    check,
    status,
    last: z
      .object({ answer: z.enum(["good", "bad", "unknown"]), atMs: milliseconds, text: z.string() })
      .nullable()
      .describe("what its check saw last; null: it was not looked at yet"),
    log: listOf(z.object({ atMs: milliseconds, text: z.string() })),
  })
  .openapi("Action");
export const actions = z.object({ actions: listOf(action) });
export const actionQuery = z.object({
  ...pageQuery.shape,
  incident: id.optional(),
  status: status.optional(),
});
export const writeBody = z
  .strictObject({
    incident: z.number().int().min(1).nullable().default(null),
    text: text(MAXIMUM_TEXT).min(1),
    owner: name,
    due: day,
    check,
  })
  .openapi("ActionWishes");
export const takeBody = z.strictObject({ owner: name, due: day }).openapi("ActionTake");
export const sayBody = z
  .strictObject({ text: text(MAXIMUM_TEXT).default("").describe("why") })
  .openapi("ActionSay");
