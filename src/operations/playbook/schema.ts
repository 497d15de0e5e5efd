import { z } from "zod";

/* The shape of a playbook's file; what it means (names, packets, services) is looked up in playbookFile.ts. */

/** Characters of a text in a playbook: it is read at night, and printed. */
const MAXIMUM_TEXT = 4_000;
const MAXIMUM_LINE = 200;
/** Steps of one playbook: more than this nobody follows. */
const MAXIMUM_STEPS = 60;
const MAXIMUM_ITEMS = 30;
const MAXIMUM_MINUTES = 24 * 60;

const line = z.string().min(1).max(MAXIMUM_LINE);
const text = z.string().max(MAXIMUM_TEXT);

const step = {
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
    .describe("small letters, digits and `-`; unique in the playbook"),
  title: line.describe("what is done, in one line"),
  text: text.default("").describe("how, and why"),
  otherwise: text.default("").describe("what to do where it does not come out as hoped"),
};

const person = z.strictObject({
  kind: z.literal("person"),
  ...step,
  checklist: z.array(line).max(MAXIMUM_ITEMS).default([]),
  minutes: z.number().int().min(1).max(MAXIMUM_MINUTES).optional().describe("a timer"),
});
const probe = z.strictObject({
  kind: z.literal("probe"),
  ...step,
  probe: line.describe("a probe under `monitors` of the network file"),
});
const trace = z.strictObject({
  kind: z.literal("trace"),
  ...step,
  device: line.describe("whose running rules the packet walks through"),
  packet: line.describe(
    "as `premortem trace` takes it: `tcp 10.0.0.5:40000 > 198.51.100.7:25 in=a out=b`",
  ),
  expect: z.enum(["accept", "drop", "reject"]).default("accept"),
});
const undo = z.strictObject({ kind: z.literal("undo"), ...step });
const notify = z.strictObject({
  kind: z.literal("notify"),
  ...step,
  severity: z.enum(["page", "warning", "information"]).default("warning"),
});

const flow = z.strictObject({
  from: line.describe("a role, a zone, a device or an address"),
  to: line.describe("a role, a zone, a device or an address"),
  service: line.describe("`tcp/25`, or a name of /etc/services"),
});

const when = z
  .strictObject({
    cause: z
      .array(z.enum(["explained", "not-by-rules", "unclear", "none"]))
      .default([])
      .describe("what is known of the cause; default: anything"),
    flows: z
      .array(flow)
      .max(MAXIMUM_ITEMS)
      .default([])
      .describe("connections that fail: any of them"),
    symptoms: z
      .array(line)
      .max(MAXIMUM_ITEMS)
      .default([])
      .describe("what ids of symptoms begin or end with: `probe/imap`, `/queue`"),
    blind: z.boolean().default(false).describe("a device or a monitor does not see"),
  })
  .describe("which incidents it is for");

export const playbookSchema = z
  .strictObject({
    title: line,
    owner: line.describe("who keeps it right"),
    "review-by": z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/)
      .describe("the day by which somebody has to have read it through again: `2027-05-31`"),
    paper: z
      .boolean()
      .default(false)
      .describe("for when premortem itself is down: read from paper, never run"),
    when: when.default({ cause: [], flows: [], symptoms: [], blind: false }),
    about: text.default(""),
    telephone: z
      .array(
        z.strictObject({ who: line, number: line, when: z.string().max(MAXIMUM_LINE).default("") }),
      )
      .max(MAXIMUM_ITEMS)
      .default([]),
    steps: z
      .array(z.discriminatedUnion("kind", [person, probe, trace, undo, notify]))
      .min(1)
      .max(MAXIMUM_STEPS),
  })
  .describe("what somebody does in an outage, step by step");

export type PlaybookText = z.infer<typeof playbookSchema>;

/** The schema for editors, as docs/reference/playbook.schema.json holds it. */
export function playbookJsonSchema(): string {
  const schema = z.toJSONSchema(playbookSchema, { io: "input" });
  return `${JSON.stringify({ title: "playbook", ...schema }, null, 2)}\n`;
}
