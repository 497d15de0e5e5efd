import { z } from "zod";
import type { TraceAnswer } from "../../engine/answer/trace.ts";
import { formatVersion, place, policyPlace, rejectWith, rulePlace } from "./parts.ts";

const verdict = z.enum(["accept", "drop", "reject", "queue", "undecided"]);

const decidedBy = {
  rule: rulePlace.nullable(),
  policy: policyPlace.nullable(),
  kernel: z.string().nullable().describe("the kernel's own reason, such as no route"),
};

const translated = z.string().nullable().describe("the header as it leaves; null: as it came");

const step = z.strictObject({
  hook: z.string(),
  table: z.string(),
  chain: z.string(),
  decision: verdict,
  rule: rulePlace.nullable().describe("null: the policy of the chain decided"),
});

/** One thing that can happen to a packet. */
export const outcome = z.strictObject({
  verdict,
  rejectWith,
  by: z.strictObject(decidedBy),
  translated,
  leaves: z.string().nullable().describe("the interface, or `local`; null: nowhere, or not known"),
  answer: z.string().describe("what the sender hears: `tcp-reset`, `icmp 3/3`, …, or `none`"),
  when: z.array(z.string()).describe("all of it has to hold; empty: always"),
});

const traceUnknown = z.strictObject({ unknown: z.string(), ...place });

/** What `premortem trace --json` prints, and each line of `--packets`. */
export const traceSchema = z.strictObject({
  formatVersion,
  packet: z.string().describe("as it was asked"),
  verdict: verdict.describe("`undecided` where the outcomes do not agree"),
  rejectWith,
  ...decidedBy,
  path: z.array(step).describe("base chains that see the packet, as far as the outcomes agree"),
  translated,
  outcomes: z.array(outcome).describe("complete and disjoint"),
  variesBy: z.array(z.string()).describe("fields left out of the packet that change the answer"),
  dependsOn: z.array(traceUnknown).describe("unknowns that change the answer"),
}) satisfies z.ZodType<TraceAnswer>;
