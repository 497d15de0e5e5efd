import { z } from "zod";
import { drillAction } from "./actions.ts";

/* The shape of a drill's file; what it means is looked up in drillFile.ts. */

const MAXIMUM_TEXT = 4_000;
const MAXIMUM_LINE = 300;
const MAXIMUM_ITEMS = 40;
const MAXIMUM_MINUTES = 180;
/** Seconds of a drill in which something may break: what comes later nobody waits for. */
const MAXIMUM_SECOND = 7_200;
const MAXIMUM_RATE = 5;
const MAXIMUM_PORT = 65_535;

const line = z.string().min(1).max(MAXIMUM_LINE);
const text = z.string().max(MAXIMUM_TEXT);
const points = z.number().int().min(0).max(100);
const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
  .describe("small letters, digits and `-`");

const pattern = z
  .strictObject({
    kind: z.enum(drillAction.options.map(({ shape }) => shape.kind.value)),
    at: line.optional(),
    team: line.optional(),
    service: line.optional(),
    probe: line.optional(),
    matches: line.optional().describe("a part of what is typed"),
  })
  .describe("an action; each key that is there has to be the same");

const flow = z.strictObject({
  name: id,
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  from: z.ipv4(),
  to: z.ipv4(),
  port: z.number().int().min(1).max(MAXIMUM_PORT),
});

const wrong = z.strictObject({
  when: pattern,
  harm: line.describe("what it does to people"),
  points,
  try: z
    .array(drillAction)
    .min(1)
    .max(MAXIMUM_ITEMS)
    .describe("how somebody would do it: played by tests"),
});

const step = z.strictObject({
  title: line,
  does: z.array(pattern).min(1).max(MAXIMUM_ITEMS).describe("any of these does it"),
});

const weights = z.strictObject({
  detect: points,
  diagnose: points,
  restore: points,
  playbook: points,
  harm: points,
});

const USUAL_WEIGHTS = { detect: 15, diagnose: 25, restore: 30, playbook: 15, harm: 15 };

export const drillSchema = z
  .strictObject({
    title: line,
    story: text.describe("what the trainee knows at the beginning"),
    minutes: z.number().int().min(1).max(MAXIMUM_MINUTES).describe("of a trainee's day"),
    begins: z.iso.datetime().describe("when it is, in the simulation: `2023-08-10T13:50:00Z`"),
    seed: z.number().int().min(0).default(1).describe("of the traffic"),
    rate: z
      .number()
      .min(0)
      .max(MAXIMUM_RATE)
      .default(0.5)
      .describe("mails a second in each direction"),
    before: text.default("").describe("what runs beside the boot file from the beginning"),
    breaks: z
      .array(
        z.strictObject({
          second: z.number().int().min(1).max(MAXIMUM_SECOND),
          login: line,
          program: line.default("nft"),
          nft: text.min(1),
        }),
      )
      .min(1)
      .max(MAXIMUM_ITEMS),
    services: z
      .array(flow)
      .max(MAXIMUM_ITEMS)
      .default([])
      .describe("what has to work, beside the usual"),
    forbidden: z
      .array(flow)
      .max(MAXIMUM_ITEMS)
      .default([])
      .describe("what must not, beside the usual"),
    suspects: z.record(id, line).describe("what the cause may be"),
    truth: z.strictObject({
      suspect: id,
      cause: text,
      remedy: text,
      right: z
        .array(drillAction)
        .min(1)
        .max(MAXIMUM_ITEMS)
        .describe("what ends it: played by tests"),
    }),
    wrong: z.record(id, wrong).default({}),
    playbook: z.strictObject({ id, steps: z.record(id, step) }),
    weights: weights.default(USUAL_WEIGHTS),
    reference: z
      .array(z.strictObject({ minute: z.number().int().min(0), text: line }))
      .max(MAXIMUM_ITEMS)
      .default([])
      .describe("how it went once, in reality"),
  })
  .describe("an outage to practise on");

export type DrillText = z.infer<typeof drillSchema>;

/** The schema for editors, as docs/reference/drill.schema.json holds it. */
export function drillJsonSchema(): string {
  const schema = z.toJSONSchema(drillSchema, { io: "input", unrepresentable: "any" });
  return `${JSON.stringify({ title: "drill", ...schema }, null, 2)}\n`;
}
