import { z } from "@hono/zod-openapi";
import { hash, id, idPath, listOf, milliseconds, name, text } from "./common.ts";

const MAXIMUM_TEXT = 2_000;
const MAXIMUM_STEP = 40;

const flow = z.object({ from: z.string(), to: z.string(), service: z.string() });
const stepBase = {
  id: z.string(),
  title: z.string(),
  text: z.string().describe("how, and why; may be empty"),
  otherwise: z.string().describe("what to do where it does not come out as hoped; may be empty"),
};
export const playbookStep = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("person"),
      ...stepBase,
      checklist: listOf(z.string()),
      minutes: z.number().nullable().describe("a timer; null: none"),
    }),
    z.object({ kind: z.literal("probe"), ...stepBase, probe: z.string() }),
    z.object({
      kind: z.literal("trace"),
      ...stepBase,
      device: z.string(),
      packet: z.string(),
      expect: z.enum(["accept", "drop", "reject", "queue", "undecided"]),
    }),
    z.object({ kind: z.literal("undo"), ...stepBase }),
    z.object({
      kind: z.literal("notify"),
      ...stepBase,
      severity: z.enum(["page", "warning", "information"]),
    }),
  ])
  .openapi("PlaybookStep");

const playbookBase = z.object({
  id: z.string(),
  title: z.string(),
  owner: z.string(),
  version: hash,
  reviewBy: z.string().describe("the day by which it has to be read through again"),
  isPaper: z.boolean().describe("for when premortem itself is down: printed, never run"),
});
export const playbookSummary = z
  .object({
    ...playbookBase.shape,
    isOverdue: z.boolean().describe("nobody has reviewed it in time"),
    steps: z.number(),
    readBy: listOf(z.object({ login: z.string(), atMs: milliseconds })).describe(
      "who has read this version",
    ),
  })
  .openapi("PlaybookSummary");
export const playbooks = z.object({
  playbooks: listOf(playbookSummary),
  problems: listOf(z.object({ path: z.string(), message: z.string(), help: z.string() })).describe(
    "files that are not used, each mistake at its line",
  ),
});
const content = z.object({
  ...playbookBase.shape,
  about: z.string(),
  when: z.object({
    causes: listOf(z.enum(["explained", "notByRules", "unclear", "none"])),
    flows: listOf(flow),
    symptoms: listOf(z.string()).describe("what ids of symptoms begin or end with"),
    isBlind: z.boolean(),
  }),
  telephone: listOf(z.object({ who: z.string(), number: z.string(), when: z.string() })),
  steps: listOf(playbookStep),
});
export const playbook = z
  .object({
    ...content.shape,
    isOverdue: z.boolean(),
    readBy: listOf(z.object({ login: z.string(), atMs: milliseconds })),
  })
  .openapi("Playbook");
export const readBody = z
  .strictObject({ version: hash.describe("what was read: it may be another one by now") })
  .openapi("PlaybookRead");
export const printQuery = z.object({
  format: z.enum(["html", "markdown"]).default("html"),
});

const by = { by: z.string(), atMs: milliseconds };
const stepState = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("waiting") }),
    z.object({
      kind: z.literal("begun"),
      ...by,
      dueMs: milliseconds.nullable().describe("when its timer runs out; null: it has none"),
    }),
    z.object({ kind: z.literal("proposed"), ...by, text: z.string() }),
    z.object({ kind: z.literal("pressed"), ...by }),
    z.object({
      kind: z.literal("done"),
      ...by,
      text: z.string(),
      isGood: z
        .boolean()
        .nullable()
        .describe("whether it came out as hoped; null: a person's word"),
    }),
    z.object({ kind: z.literal("skipped"), ...by, text: z.string() }),
    z.object({ kind: z.literal("failed"), ...by, text: z.string() }),
    z.object({ kind: z.literal("lost"), ...by, text: z.string() }),
  ])
  .openapi("PlaybookStepState");
const marked = z.object(by);
export const run = z
  .object({
    id: z.number(),
    incident: z.number(),
    playbook: content.describe("as it was when the run began"),
    status: z.enum(["open", "over"]),
    begun: marked,
    ended: marked.nullable(),
    steps: listOf(
      z.object({
        id: z.string(),
        state: stepState,
        notes: listOf(z.object({ ...by, text: z.string() })),
      }),
    ),
  })
  .openapi("PlaybookRun");
const choice = { playbook: z.string(), title: z.string() };
export const runs = z.object({
  runs: listOf(run),
  matches: listOf(
    z.object({
      ...choice,
      fit: z
        .enum(["promise", "symptom", "general"])
        .describe(
          "it is for a promise that is proved broken, for what is felt, or for any incident of which as much is known",
        ),
      fits: listOf(z.string()).describe("what it is for, promises by name; empty where general"),
      why: listOf(z.string()).describe("what of the incident it is for"),
    }),
  ).describe(
    "playbooks that are for this incident, the best first: as it names what is broken, critical promises first, then what is felt",
  ),
  others: listOf(z.object(choice)).describe("nothing of the incident speaks for them"),
});
export const beginBody = z.strictObject({ playbook: name }).openapi("PlaybookBegin");
export const runPath = z.object({ ...idPath.shape, run: id });
export const stepPath = z.object({ ...runPath.shape, step: text(MAXIMUM_STEP).min(1) });
export const stepBody = z
  .strictObject({
    do: z.enum(["start", "press", "done", "skip", "note", "reopen"]),
    text: text(MAXIMUM_TEXT).default("").describe("what to say of it; `note` needs one"),
  })
  .openapi("PlaybookStepCall");
