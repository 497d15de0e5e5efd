import { z } from "zod";
import type { CheckAnswer } from "../../engine/answer/check.ts";
import {
  assumptions,
  decider,
  dependsOn,
  formatVersion,
  packet,
  rejectWith,
  repairs,
  untried,
} from "./parts.ts";

const checkedIntent = z.strictObject({
  id: z.string(),
  expect: z.enum(["reachable", "blocked"]),
  from: z.string(),
  to: z.string(),
  services: z.array(z.string()),
  owner: z.string().nullable(),
  critical: z.boolean(),
  reason: z.string().nullable().describe("why it is promised"),
  status: z.enum(["holds", "holds, except", "broken", "undecided"]),
  part: z
    .enum(["first", "reply", "later"])
    .nullable()
    .describe("which packets of the connections the example is one of; null where it holds"),
  example: packet.nullable(),
  verdict: z.enum(["accept", "drop", "reject", "queue"]).nullable(),
  rejectWith,
  by: decider,
  dependsOn,
  except: z
    .array(z.string())
    .nullable()
    .describe("how far it holds as long as nothing has happened; null: not even then"),
  reasons: z.array(z.string()).describe("why it could not be decided"),
});

/** What `premortem check --json` prints. */
export const checkSchema = z.strictObject({
  formatVersion,
  intents: z.array(checkedIntent),
  repairs,
  untried,
  assumptions,
}) satisfies z.ZodType<CheckAnswer>;
