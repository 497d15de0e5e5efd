import { z } from "@hono/zod-openapi";
import type { ProofAnswer } from "../../engine/answer/proof.ts";
import { DEFAULT_WINDOW_S } from "../../operations/apply/window.ts";
import { hash, id as idNumber, listOf, milliseconds, name, text } from "./common.ts";

/** The longest path that Linux takes. */
const MAXIMUM_PATH = 4_096;
/** Files of one change. */
const MAXIMUM_FILES = 200;
const MAXIMUM_TEXT = 8_000_000;
const MAXIMUM_REASON = 2_000;

const files = z
  .array(
    z.strictObject({
      path: text(MAXIMUM_PATH).min(1),
      text: text(MAXIMUM_TEXT),
    }),
  )
  .min(1)
  .max(MAXIMUM_FILES)
  .describe("source files of the device as they shall be, by the path that they have there");

export const proposeBody = z.strictObject({ device: name, files }).openapi("Propose");
export const editBody = z
  .strictObject({
    files,
    seenHash: hash
      .nullable()
      .default(null)
      .describe("`contentHash` of what was edited: refused where somebody else was faster"),
  })
  .openapi("Edit");
export const approveBody = z
  .strictObject({ shownHash: hash.describe("`shownHash` of the change as it was looked at") })
  .openapi("Approve");
const reason = text(MAXIMUM_REASON);
export const aloneBody = z
  .strictObject({
    shownHash: hash.describe("`shownHash` of the change as it was looked at"),
    loss: reason.describe("what would be lost if it goes wrong, in words"),
  })
  .openapi("ApproveAlone");
export const overrideBody = z
  .strictObject({ reason, untilMs: milliseconds })
  .openapi("AskOverride");
export const grantBody = z
  .strictObject({ overrideHash: hash.describe("`overrideHash` of the change as it was looked at") })
  .openapi("GrantOverride");
export const applyBody = z
  .strictObject({
    windowS: z
      .number()
      .int()
      .default(DEFAULT_WINDOW_S)
      .describe("seconds until the device restores by itself"),
    insist: reason.nullable().default(null).describe("why it is tried although a brake says no"),
  })
  .openapi("StartApply");

const aloneWord = {
  loss: z.string().describe("what would be lost, in their words"),
  askedMs: milliseconds,
  untilMs: milliseconds.describe("the end of the pause"),
};
const approval = z.object({
  by: z.string(),
  atMs: milliseconds,
  shown: z
    .object({
      contentHash: hash,
      runningHash: hash,
      networkHash: hash,
      broken: listOf(z.string()),
      brokenBefore: listOf(z.string()),
      undecided: listOf(z.string()),
    })
    .describe("what the approver looked at: it holds for exactly this"),
  void: z.string().nullable().describe("why it does not count; null: it does"),
  alone: z
    .object(aloneWord)
    .nullable()
    .describe("given by who wrote it: not four eyes; null: by somebody else"),
});
const aloneAsk = z.object({
  by: z.string(),
  ...aloneWord,
  void: z.string().nullable().describe("why it does not count; null: it does"),
});
const excused = {
  contentHash: hash,
  intents: listOf(z.string()).describe("those that may be broken"),
  undecided: listOf(z.string()).describe("those that may stay undecided"),
  untilMs: milliseconds,
};
const override = z.object({
  by: z.string(),
  reason: z.string(),
  ...excused,
  grant: z
    .object({ by: z.string(), ...excused, atMs: milliseconds })
    .nullable()
    .describe("null: nobody has granted it yet"),
});
const proofSummary = z.object({
  contentHash: hash,
  runningHash: z.string(),
  networkHash: z.string(),
  loads: z.boolean(),
  isComplete: z.boolean(),
  reasons: listOf(z.string()),
  brokenCritical: listOf(z.string()),
  broken: listOf(z.string()),
  brokenBefore: listOf(z.string()),
  undecidedCritical: listOf(z.string()),
  undecided: listOf(z.string()),
});
const missing = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("proof"), reason: z.string() }),
  z.object({
    kind: z.literal("approval"),
    notBy: listOf(z.string()),
    reason: z.string().nullable().describe("why the last one that was given does not count"),
  }),
  z.object({
    kind: z.literal("alone"),
    by: z.string().describe("who wrote it, and is the only one who may approve it"),
    pauseMs: z.number(),
    untilMs: milliseconds
      .nullable()
      .describe("the end of the pause; null: it is not said what would be lost"),
    reason: z.string().nullable().describe("why what was said or approved last does not count"),
  }),
  z.object({
    kind: z.literal("intents"),
    broken: listOf(z.string()),
    undecided: listOf(z.string()),
  }),
  z.object({ kind: z.literal("grant"), notBy: listOf(z.string()) }),
]);

export const change = z
  .object({
    id: z.number(),
    device: z.string(),
    status: z.enum([
      "draft",
      "proposed",
      "applying",
      "applied",
      "rolledBack",
      "failed",
      "withdrawn",
    ]),
    author: z.string(),
    lastEditor: z.string(),
    contentHash: hash,
    shownHash: hash
      .nullable()
      .describe("names all that an approval binds; null: it has to be proved first"),
    overrideHash: hash
      .nullable()
      .describe("names all that a grant binds; null: nobody asks for an override"),
    version: z.number(),
    createdMs: milliseconds,
    updatedMs: milliseconds,
    paths: listOf(z.string()),
    approvals: listOf(approval),
    alone: aloneAsk.nullable().describe("a pause before an approval of who is alone"),
    isFourEyes: z
      .boolean()
      .nullable()
      .describe("false: approved by who wrote it, alone; null: not approved as it is now"),
    override: override.nullable(),
    proof: proofSummary.nullable(),
    missing: listOf(missing).describe("what stands between it and its apply"),
    trainingOverdue: listOf(z.string()).describe(
      "while it waits for an approval that you may give: lessons that you are late with. It warns, and blocks nothing",
    ),
  })
  .openapi("Change");
export const changes = z.object({ changes: listOf(change) });
export const changeFiles = z.object({
  contentHash: hash,
  files: listOf(z.object({ path: z.string(), text: z.string() })),
});

export const proof = z
  .object({
    atMs: milliseconds,
    answer: z
      .custom<ProofAnswer>((value) => typeof value === "object")
      .openapi("ProofAnswer", {
        type: "object",
        description: "what `diff` and `check` print, for this change",
      }),
  })
  .openapi("Proof");

const state = z.object({
  kind: z.string(),
  why: z.string().nullable().describe("a sentence; null: its kind says it all"),
});
export const apply = z
  .object({
    id: z.number(),
    change: z.number(),
    device: z.string(),
    by: z.string(),
    startedMs: milliseconds,
    losses: listOf(z.string()).describe(
      "what the load takes out of sets that packets or clocks fill",
    ),
    state,
    stateMs: milliseconds,
    isOver: z.boolean().describe("all is done, also behind the end"),
    unheard: z
      .object({
        kind: z
          .enum(["unheard", "commandFailed"])
          .describe("the device does not answer; or it does, and a command broke off there"),
        sinceMs: milliseconds,
        message: z.string(),
        help: z.string(),
        restoresMs: milliseconds
          .nullable()
          .describe(
            "then the device begins to take back, by itself, what is not confirmed; null: nothing was loaded",
          ),
      })
      .nullable()
      .describe("why nobody knows how it stands; null: it goes on, or it is over"),
    states: listOf(z.object({ state, atMs: milliseconds })),
    evidence: listOf(
      z.object({
        kind: z.string(),
        name: z.string(),
        passed: z.boolean(),
        isCounted: z.boolean().describe("false: it may roll nothing back"),
        text: z.string(),
        tookMs: z.number().nullable(),
      }),
    ),
    aftermath: z
      .object({
        bootProblem: z.string().nullable(),
        baselineProblem: z.string().nullable(),
        openConnections: z
          .object({
            contradicting: z.number(),
            looked: z.number(),
            notLooked: z.number(),
            examples: listOf(z.string()),
          })
          .nullable(),
        flushed: listOf(z.object({ device: z.string(), problem: z.string().nullable() })),
        waitsFor: listOf(z.object({ probe: z.string(), text: z.string() })),
      })
      .nullable(),
  })
  .openapi("Apply");
export const applies = z.object({ applies: listOf(apply) });

const MAXIMUM_COMMENT = 4_000;
const MAXIMUM_LINE = 10_000_000;
const place = z.object({
  path: text(MAXIMUM_PATH).min(1),
  line: z.number().int().min(1).max(MAXIMUM_LINE),
});
export const commentBody = z
  .strictObject({
    text: text(MAXIMUM_COMMENT).min(1),
    contentHash: hash.describe("of the content that was looked at"),
    place: place.nullable().default(null).describe("a line of a file of that content"),
  })
  .openapi("WriteComment");
export const comment = z
  .object({
    id: z.number(),
    change: z.number(),
    by: z.string(),
    atMs: milliseconds,
    text: z.string(),
    contentHash: hash,
    place: z.object({ path: z.string(), line: z.number() }).nullable(),
    resolved: z.object({ by: z.string(), atMs: milliseconds }).nullable(),
  })
  .openapi("Comment");
export const comments = z.object({ comments: listOf(comment) });
export const commentPath = z.object({ id: idNumber, comment: idNumber });
