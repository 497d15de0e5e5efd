import { z } from "zod";
import type { MatrixAnswer } from "../../engine/answer/matrix.ts";
import { assumptions, decider, dependsOn, formatVersion, packet } from "./parts.ts";

const hosts = z.strictObject({
  id: z.string(),
  family: z.enum(["ip", "ip6"]),
  name: z.string().describe("in the words of the ruleset or of the network file"),
  prefixes: z.array(z.string()),
  more: z.int().min(0).describe("prefixes that are not told"),
  interfaces: z.string().nullable().describe("in words; null: any"),
});

const edge = z.strictObject({
  from: z.string().describe("the `id` of a source"),
  to: z.string().describe("the `id` of a destination"),
  reach: z.enum(["yes", "no", "depends"]),
  dependsOn,
  example: packet.nullable(),
  by: decider,
});

/** What `premortem matrix --json` prints. */
export const matrixSchema = z.strictObject({
  formatVersion,
  service: z.string(),
  path: z.enum(["forward", "input", "output"]),
  state: z.enum(["new", "established"]),
  unknown: z.enum(["allow", "deny"]).nullable().describe("what `depends` counts as; null: itself"),
  sources: z.array(hosts),
  destinations: z.array(hosts),
  edges: z.array(edge).describe("pairs without an edge have no packets"),
  more: z
    .strictObject({ sources: z.int().min(0), destinations: z.int().min(0) })
    .describe("classes that were found and not told"),
  assumptions,
}) satisfies z.ZodType<MatrixAnswer>;
