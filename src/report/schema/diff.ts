import { z } from "zod";
import type { DiffAnswer } from "../../engine/answer/diff.ts";
import {
  assumptions,
  coverage,
  decider,
  dependsOn,
  formatVersion,
  packet,
  rejectWith,
  repairs,
  untried,
} from "./parts.ts";
import { outcome } from "./trace.ts";

const fate = z.strictObject({
  verdict: z.enum(["accept", "drop", "reject", "queue"]),
  rejectWith,
  by: decider,
  translated: z
    .string()
    .nullable()
    .describe("the example as it leaves, where it leaves in one way only; null: as it came"),
  outcomes: z
    .array(outcome)
    .describe("what can happen to the example; empty where it cannot be walked"),
});

const alteration = z.strictObject({
  kind: z.enum(["translation", "mark", "tracking"]),
  what: z.string().describe("`source`, `destination port`, `connection mark`, …"),
  before: z.string(),
  after: z.string(),
});

const size = z.string().regex(/^\d+$/).describe("a decimal number, too large for doubles");

const diffClass = z.strictObject({
  path: z.enum(["forward", "input", "output"]),
  kind: z
    .enum(["verdict", "translation", "mark", "tracking", "may"])
    .describe("what is another one; `may`: in some state of what is in `dependsOn`"),
  description: z.array(z.string()).describe("the packets; their union is the class where `exact`"),
  exact: z.boolean().describe("false: the description leaves packets out"),
  size: z
    .strictObject({ ip: size, ip6: size })
    .describe("distinct addresses, protocol, and ports or type and code, by family"),
  states: z
    .array(z.enum(["new", "established", "related", "invalid", "untracked"]))
    .describe("states of connections that packets of the class can have"),
  example: packet,
  alterations: z
    .array(alteration)
    .describe("what becomes of the packets beside the verdict, as far as it differs"),
  before: fate,
  after: fate,
  dependsOn,
  intents: z
    .strictObject({ broken: z.array(z.string()), repaired: z.array(z.string()) })
    .describe("ids of intents with packets in it that break, or hold again"),
  flows: z
    .int()
    .min(0)
    .nullable()
    .describe("recorded connections that it hits; null: none were given"),
});

const status = z.enum(["holds", "holds, except", "broken", "undecided"]);

/** What `premortem diff --json` prints. */
export const diffSchema = z.strictObject({
  formatVersion,
  equal: z
    .union([z.boolean(), z.literal("undecided")])
    .describe(
      "true: proved for all packets; `undecided`: `reasons` or classes of kind `may` say why",
    ),
  assumptions,
  reasons: z.array(z.string()).describe("why not all is proved; empty where it is"),
  classes: z.array(diffClass).describe("disjoint; outside of them nothing changes"),
  truncated: z.int().min(0).describe("further classes that are not told"),
  intents: z
    .array(
      z.strictObject({
        id: z.string(),
        before: status,
        after: status,
        reasons: z.array(z.string()).describe("why it is undecided after"),
      }),
    )
    .describe("intents of the network file; empty where none was named"),
  repairs,
  untried,
  coverage: z.strictObject({ before: coverage, after: coverage }),
}) satisfies z.ZodType<DiffAnswer>;
