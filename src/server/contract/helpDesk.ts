import { z } from "@hono/zod-openapi";
import { listOf, milliseconds, text } from "./common.ts";

/** Characters of what a caller says, as complaints have it. */
const MAXIMUM_TEXT = 4_000;

const service = z.object({
  name: z.string().describe("as the status page has it"),
  about: z.string().describe("may be empty"),
  state: z.enum([
    "operational",
    "degraded_performance",
    "partial_outage",
    "major_outage",
    "unknown",
  ]),
  sinceMs: milliseconds,
  isAffected: z.boolean().describe("it fails, or belongs to what is disturbed now"),
});

export const helpDesk = z
  .object({
    verdict: z
      .enum(["yes", "reported", "over", "nothingKnown", "notSeen"])
      .describe(
        "`reported`: callers alone say so; `over`: it was, within the last hour; `notSeen`: nothing is known to fail, but not all is seen",
      ),
    cause: z
      .enum(["proved", "searched", "notRules"])
      .nullable()
      .describe("`notRules`: proved to be none of the rules; null: nothing is disturbed"),
    sinceMs: milliseconds.nullable().describe("null: nothing is, or lately was"),
    endedMs: milliseconds.nullable().describe("null: it is not over, or there was nothing"),
    answer: z.string().describe("whether it is us, in words, for the help desk"),
    tellCallers: z.string().describe("what to tell callers"),
    services: listOf(service).describe("empty: the network file has no status page"),
    reports: z.object({
      count: z.number().int().describe("complaints and reports"),
      sinceMs: milliseconds.describe("an hour ago, or when it began where that was before"),
    }),
    looks: z
      .object({ all: z.number().int(), seeing: z.number().int() })
      .describe("devices, probes and monitors that look, and how many of them see"),
  })
  .openapi("HelpDesk");

export const reportBody = z
  .object({
    text: text(MAXIMUM_TEXT).default("").describe("what the caller says; kept for 30 days"),
    surge: z.boolean().default(false).describe("many call: it counts at once, without a test"),
  })
  .openapi("CallerReport");

export const reportTaken = z
  .object({
    isSurge: z.boolean(),
    isTested: z
      .boolean()
      .describe("false: no monitor of complaints tests how many come, `surge` alone counts"),
  })
  .openapi("CallerReportTaken");
