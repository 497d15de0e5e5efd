import { z } from "@hono/zod-openapi";
import { listOf, milliseconds, name, text } from "./common.ts";

const MAXIMUM_NOTE = 500;
const MAXIMUM_PEOPLE = 200;

const lesson = z
  .object({
    id: z.string(),
    title: z.string(),
    kind: z.enum(["drill", "paper"]).describe("`paper`: a kit that is talked through together"),
    what: z.string().describe("id of the drill, or what the kit is"),
    minutes: z.number(),
    everyDays: z.number().describe("days after which it is due again"),
    for: listOf(z.string()).describe("teams and roles, as the network file names them"),
  })
  .openapi("TrainingLesson");
const standing = z
  .object({
    login: z.string(),
    lesson: z.string(),
    title: z.string().describe("of the lesson"),
    state: z
      .enum(["current", "due", "overdue", "never"])
      .describe("`due`: still good, and not for long; `never`: never done, so overdue"),
    lastMs: milliseconds.nullable(),
    dueMs: milliseconds.nullable().describe("null: it was never done, so it is due at once"),
  })
  .openapi("TrainingStanding");
const entry = z
  .object({
    how: z
      .enum(["said", "drill"])
      .describe("`said`: somebody wrote it down; `drill`: a drill was played to its end"),
    number: z.number().describe("of the attendance, or of the run"),
    lesson: z.string(),
    logins: listOf(z.string()),
    atMs: milliseconds,
    by: z.string(),
    note: z.string(),
    corrects: z
      .number()
      .nullable()
      .describe("number of the attendance in whose place it stands; null: of none"),
    why: z.string().describe("why that was corrected; empty: it corrects none"),
    correctedBy: z
      .number()
      .nullable()
      .describe("number of the attendance that stands in its place: it does not count any more"),
  })
  .openapi("TrainingEntry");

export const training = z
  .object({
    plan: listOf(lesson),
    problems: listOf(z.string()).describe("lessons that nobody can take, and why"),
    mine: listOf(standing),
    coverage: listOf(
      z.object({
        lesson: z.string(),
        people: z.number(),
        current: z.number(),
        due: z.number(),
        overdue: z.number(),
        never: z.number(),
      }),
    ),
    people: listOf(standing).describe(
      "of everybody, for approvers; empty for others. Points of drills are in no answer but one's own",
    ),
    record: listOf(entry).describe(
      "newest first: approvers see all, others what they took part in or wrote down",
    ),
  })
  .openapi("Training");
export const attendanceBody = z
  .strictObject({
    lesson: name,
    logins: z.array(name).min(1).max(MAXIMUM_PEOPLE),
    atMs: milliseconds.min(0).optional().describe("when it was held; default: now"),
    note: text(MAXIMUM_NOTE).default(""),
  })
  .openapi("TrainingAttendance");
export const attendance = entry;
export const correctionBody = z
  .strictObject({
    logins: z
      .array(name)
      .max(MAXIMUM_PEOPLE)
      .describe("who took part in truth; nobody: it was not held"),
    atMs: milliseconds.min(0).nullable().default(null).describe("null: as it was"),
    note: text(MAXIMUM_NOTE).nullable().default(null).describe("null: as it was"),
    why: text(MAXIMUM_NOTE).refine((value) => value.trim() !== "", { message: "say why" }),
  })
  .openapi("TrainingCorrection");

const MAXIMUM_SEED = 2_147_483_647;
const MAXIMUM_QUESTIONS = 20;
const MAXIMUM_ID = 2_000;
const verdict = z.enum(["accept", "drop", "reject"]);

export const questionQuery = z.object({
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAXIMUM_SEED)
    .default(1)
    .describe("another one asks other questions"),
  count: z.coerce.number().int().min(1).max(MAXIMUM_QUESTIONS).default(5),
});
export const questions = z
  .object({
    questions: listOf(
      z
        .object({
          id: z.string().describe("to be sent back with the answer"),
          device: z.string(),
          packet: z.string().describe("what becomes of it?"),
          rules: listOf(z.object({ id: z.string(), text: z.string() })).describe(
            "which of them decides? One is right; of what is accepted: in the last chain that filters it",
          ),
        })
        .openapi("TrainingQuestion"),
    ),
    notAsked: listOf(z.string()).describe("devices that are not asked about, and why"),
  })
  .openapi("TrainingQuestions");
export const answerBody = z
  .strictObject({
    question: text(MAXIMUM_ID).min(1),
    verdict,
    rule: text(MAXIMUM_ID).min(1).describe("id of one of its `rules`"),
  })
  .openapi("TrainingAnswer");
export const grade = z
  .object({
    verdict: z.object({ right: verdict, isRight: z.boolean() }),
    rule: z.object({ id: z.string(), text: z.string(), isRight: z.boolean() }),
    explanation: listOf(z.string()).describe("the walk of the packet through the chains"),
  })
  .openapi("TrainingGrade");
