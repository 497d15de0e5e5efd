import { z } from "@hono/zod-openapi";
import { listOf, milliseconds, text } from "./common.ts";

const MAXIMUM_NOTE = 4_000;
/** Digits of the number of a difference. */
const MAXIMUM_ID = 10;

const flow = z.object({ from: z.string(), to: z.string(), service: z.string() });
const toldDifference = z.object({
  id: z.string(),
  device: z.string(),
  atMs: milliseconds,
  sinceMs: milliseconds.nullable().describe("since when it may have come; null: it was seen to"),
  /* Causes that were found before devices were read by the clock have none. */
  isPolled: z.boolean().default(false).describe("it was found by reading the device"),
  added: listOf(z.string()),
  removed: listOf(z.string()),
  by: z.string(),
  change: z.number().nullable(),
});
const otherCause = z.object({
  difference: toldDifference,
  explains: listOf(z.string()).describe("symptoms that follow from it, by id"),
  isTakenBack: z.boolean(),
});
const cause = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("explained"),
      difference: toldDifference,
      rules: listOf(z.string()).describe("those that break it by themselves"),
      place: z
        .string()
        .nullable()
        .optional()
        .describe("where the first rule stands: line of the listing, and FILE:LINE of a source"),
      explains: listOf(z.string()).describe("symptoms that follow from it, by id"),
      isTakenBack: z.boolean().describe("it does not run any more"),
      others: listOf(otherCause).describe("what else has to go, or went before it"),
      unexplained: listOf(z.string()),
      contradicted: listOf(z.string()),
      ruledOut: listOf(toldDifference),
      notExamined: z.number(),
    }),
    z.object({ kind: z.literal("notByRules"), ruledOut: listOf(toldDifference) }),
    z.object({
      kind: z.literal("unclear"),
      candidates: listOf(toldDifference),
      reasons: listOf(z.string()).describe("why they cannot be ruled out"),
      ruledOut: listOf(toldDifference),
      notExamined: z.number(),
      notSeen: listOf(z.string()).describe("devices that nobody sees: a rule there may be it"),
    }),
  ])
  .openapi("Cause");

export const incident = z
  .object({
    id: z.number(),
    title: z.string(),
    status: z.enum(["open", "recovering", "closed"]),
    openedMs: milliseconds,
    beganMs: milliseconds,
    symptoms: listOf(
      z.object({
        id: z.string(),
        sinceMs: milliseconds,
        text: z.string(),
        flows: listOf(flow),
        intent: z.object({ device: z.string(), id: z.string() }).nullable(),
        endedMs: milliseconds.nullable(),
      }),
    ),
    cause: cause.nullable(),
    undo: z
      .object({
        by: z.string(),
        atMs: milliseconds,
        script: z.string(),
        state: z.enum(["begun", "done", "failed"]),
        text: z.string(),
      })
      .nullable(),
    recoveredMs: milliseconds.nullable(),
    doubts: listOf(z.string()).describe("why the cause is likely and not proved; empty: proved"),
    waitsFor: listOf(z.string()).describe("symptoms that are still there"),
    timeline: listOf(z.object({ atMs: milliseconds, text: z.string() })),
  })
  .openapi("Incident");
export const incidents = z.object({ incidents: listOf(incident) });
export const undoQuery = z.object({
  difference: text(MAXIMUM_ID)
    .regex(/^\d+$/)
    .optional()
    .describe("one that may be the cause, where none is proved; otherwise the cause is taken back"),
});

export const proposedUndo = z
  .object({
    device: z.string(),
    script: z.string().describe("for `nft -f -`, in one transaction"),
    extent: z
      .enum(["rules", "tables"])
      .describe("rules: by handle, nothing else is touched; tables: they are loaded anew"),
    removed: listOf(z.string()).describe("rules that go"),
    restored: listOf(z.string()).describe("rules that come back"),
    repairs: listOf(z.string()).describe("promises that are broken now and hold after it, proved"),
    stillBroken: listOf(z.string()).describe("promises that something else breaks, too"),
    undecided: listOf(z.string()).describe("promises of which it is not known"),
    losses: listOf(z.string()).describe("what sets hold and cannot go on holding"),
  })
  .openapi("ProposedUndo");
export const noteBody = z.strictObject({ text: text(MAXIMUM_NOTE).min(1) }).openapi("Note");

export const postmortem = z
  .object({
    title: z.string().describe("what failed for whom, since when, how long"),
    body: z.string().describe("Markdown, without the title"),
    records: z.string().describe("Markdown: each symptom, and the whole timeline"),
    markdown: z.string().describe("all three; the records folded behind the body"),
    intents: listOf(
      z.object({
        id: z.string(),
        flows: listOf(flow),
        yaml: z.string().describe("lines for `premortem.yaml`, under `intents:`"),
        roles: listOf(z.object({ name: z.string(), yaml: z.string() })),
      }),
    ).describe("promises that would have told of it before it shipped"),
  })
  .openapi("Postmortem");
