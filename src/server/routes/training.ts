import type { OpenAPIHono } from "@hono/zod-openapi";
import type { TrainingLesson } from "../../operations/inventory/training.ts";
import { recordCsv } from "../../operations/training/csv.ts";
import type { TrainingStanding } from "../../operations/training/standing.ts";
import { idPath } from "../contract/common.ts";
import * as contract from "../contract/training.ts";
import { describeText, type Gate, type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "training" | "questions" | "inventory" | "clock">;

/** Entries of the record that a page shows. */
const SHOWN_ENTRIES = 200;
/** Rows of the table that is taken away: decades of a large team. */
const MAXIMUM_ENTRIES = 50_000;
const CSV = "/v1/training/record.csv";

export function trainingRoutes({ training, questions, clock }: Parts): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/training",
      summary: "What people practise, how you stand, and how well the lessons are covered",
      role: "helpdesk",
      result: contract.training,
      run: async ({ actor }) => {
        const { plan, mine, people, ...view } = await training.view(actor);
        const titled = titler(plan);
        return {
          ...view,
          plan: plan.map(lessonBody),
          mine: mine.map(titled),
          people: people.map(titled),
          record: await training.record(actor, SHOWN_ENTRIES),
        };
      },
    }),
    operation({
      method: "post",
      path: "/v1/training/attendance",
      summary: "Writes down who took part in a lesson that was held",
      role: "any",
      body: contract.attendanceBody,
      result: contract.attendance,
      run: ({ body: { atMs, ...wishes }, actor }) =>
        training.attend({ ...wishes, atMs: atMs ?? clock() }, actor),
    }),
    operation({
      method: "post",
      path: "/v1/training/attendance/{id}/corrections",
      summary: "Puts another entry in the place of one that was written down wrongly; both stay",
      role: "any",
      params: idPath,
      body: contract.correctionBody,
      result: contract.attendance,
      run: ({ params: { id }, body, actor }) =>
        training.correct({ ...body, attendance: id }, actor),
    }),
    operation({
      method: "get",
      path: "/v1/training/questions",
      summary:
        "What happens to this packet? Questions from the rules that run, the same for the same seed",
      role: "any",
      query: contract.questionQuery,
      result: contract.questions,
      run: ({ query: { seed, count } }) => questions.ask(seed, count),
    }),
    operation({
      method: "post",
      path: "/v1/training/answers",
      summary:
        "Grades an answer by a walk through the rules, and explains it; nothing of it is kept",
      role: "any",
      body: contract.answerBody,
      result: contract.grade,
      run: ({ body }) => questions.grade(body),
    }),
  ];
}

/** The record as a table, for whoever has to show it. */
export function trainingRecordRoute(
  app: OpenAPIHono,
  { training, inventory }: Parts,
  gate: Gate,
): void {
  describeText(app, CSV, {
    summary: "The record of training as CSV, newest first, as far as you may see it",
    role: "helpdesk",
    type: "text/csv",
  });
  app.get(CSV, async (context) => {
    const actor = await gate(context, "helpdesk");
    const record = await training.record(actor, MAXIMUM_ENTRIES);
    return context.body(recordCsv(record, inventory.network().training), 200, {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="training-record.csv"',
    });
  });
}

function lessonBody({ id, title, what, minutes, everyDays, teams, roles }: TrainingLesson) {
  return {
    id,
    title,
    kind: what.kind,
    what: what.kind === "drill" ? what.drill : what.kit,
    minutes,
    everyDays,
    for: [...teams, ...roles],
  };
}

function titler(plan: readonly TrainingLesson[]) {
  const titles = new Map(plan.map(({ id, title }) => [id, title]));
  return (standing: TrainingStanding) => ({
    ...standing,
    title: titles.get(standing.lesson) ?? standing.lesson,
  });
}
