import { z } from "@hono/zod-openapi";
import { milliseconds } from "./common.ts";

export const complaintHeaders = z.object({
  "premortem-timestamp": z.string().describe("seconds since 1970, UTC"),
  "premortem-signature": z
    .string()
    .describe(
      "HMAC-SHA256 over `timestamp.body`, in hexadecimal digits, with the monitor's secret",
    ),
});
export const complaintBody = z
  .object({
    id: z.string().describe("of the ticket: one that comes twice counts once"),
    text: z.string(),
    atMs: milliseconds.optional(),
    user: z.string().optional(),
    tags: z.array(z.string()).optional(),
  })
  .openapi("Complaint");
export const complaintAccepted = z
  .object({ isNew: z.boolean().describe("false: it was counted before") })
  .openapi("ComplaintAccepted");
