import { z } from "@hono/zod-openapi";
import { hash, id, listOf, text } from "./common.ts";

/** Characters of a packet, with every field that anybody names. */
const MAXIMUM_PACKET = 2_000;

const verdict = z.enum(["accept", "drop", "reject", "queue", "undecided"]);
const rule = z
  .object({ file: z.string(), line: z.number(), text: z.string() })
  .openapi("RulePlace");
const decider = {
  rule: rule.nullable(),
  policy: z.object({ table: z.string(), chain: z.string() }).nullable(),
  kernel: z.string().nullable().describe("the kernel's own reason, such as no route"),
};
const step = z
  .object({
    hook: z.string(),
    table: z.string(),
    chain: z.string(),
    decision: verdict,
    matched: listOf(rule).describe("rules that matched and let it go on, in order"),
    rule: rule.nullable().describe("what decided; null: the policy of the chain"),
  })
  .openapi("WalkStep");
const outcome = z.object({
  verdict,
  rejectWith: z.string().nullable(),
  by: z.object(decider),
  translated: z.string().nullable(),
  leaves: z.string().nullable(),
  answer: z.string().describe("what the sender hears, or `none`"),
  when: listOf(z.string()).describe("all of it has to hold; empty: always"),
});

export const traceQuery = z.object({
  packet: text(MAXIMUM_PACKET)
    .min(1)
    .describe("as `premortem trace` takes it; interfaces are filled in from the network file"),
  change: id
    .optional()
    .describe("walks the rules as this change would make them of what runs; without it, what runs"),
});
export const trace = z
  .object({
    device: z.string(),
    hash: hash.describe("the snapshot that it was asked about"),
    change: z
      .number()
      .nullable()
      .describe("the change whose files were put on it; null: it is what runs"),
    packet: z.string().describe("as it was asked, with the interfaces that were filled in"),
    verdict: verdict.describe("`undecided`: the outcomes do not agree"),
    rejectWith: z.string().nullable(),
    ...decider,
    translated: z.string().nullable().describe("the header as it leaves; null: as it came"),
    steps: listOf(step).describe("the way, as far as all outcomes take the same"),
    outcomes: listOf(outcome).describe("complete and disjoint"),
    variesBy: listOf(z.string()).describe("fields that were left out, and would decide it"),
    dependsOn: listOf(
      z.object({
        unknown: z.string(),
        file: z.string().nullable(),
        line: z.number().nullable(),
      }),
    ).describe("what is not known, and decides"),
    notSeen: listOf(z.string()).describe("what of the device was not read"),
  })
  .openapi("Trace");
