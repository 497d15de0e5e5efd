import { actionText, DRILL_TEAMS, LOOKS, minutesOf } from "../../operations/drill/actions.ts";
import { deedsOf } from "../../operations/drill/deeds.ts";
import type { Debrief, Drill, DrillRun } from "../../operations/drill/model.ts";
import { servicesOf } from "../../operations/drill/play/flows.ts";
import { LONGEST_MS } from "../../operations/drill/play/play.ts";
import type { DrillView } from "../../operations/drill/service.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import * as contract from "../contract/drill.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "drills">;

export function drillRoutes({ drills }: Parts): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/drills",
      summary: "Outages to practise on, and how you did",
      role: "helpdesk",
      result: contract.drills,
      run: async ({ actor }) => ({
        drills: drills.list().map(drillBody),
        runs: (await drills.runs(actor)).map(summaryBody),
      }),
    }),
    operation({
      method: "post",
      path: "/v1/drills/{id}/runs",
      summary:
        "Begins a drill on a simulation of its own; one of yours that is open is gone on with",
      role: "helpdesk",
      params: contract.drillPath,
      body: contract.beginBody,
      result: contract.run,
      run: async ({ params, body, actor }) =>
        runBody(await drills.begin(params.id, body.pace, actor)),
    }),
    operation({
      method: "get",
      path: "/v1/drill-runs/{id}",
      summary: "A run of yours: what you did, what came of it, and what time it is there",
      role: "helpdesk",
      params: contract.runPath,
      result: contract.run,
      run: async ({ params, actor }) => runBody(await drills.find(params.id, actor)),
    }),
    operation({
      method: "post",
      path: "/v1/drill-runs/{id}/actions",
      summary: "Does something in a run; it takes the minutes that it takes",
      role: "helpdesk",
      params: contract.runPath,
      body: contract.actionBody,
      result: contract.run,
      run: async ({ params, body, actor }) => runBody(await drills.act(params.id, body, actor)),
    }),
    operation({
      method: "get",
      path: "/v1/drill-runs/{id}/debrief",
      summary: "What a run of yours was worth, beside what there was to see",
      role: "helpdesk",
      params: contract.runPath,
      result: contract.debrief,
      run: async ({ params, actor }) => {
        const view = await drills.find(params.id, actor);
        return "reason" in view ? view : debriefBody(view.run);
      },
    }),
  ];
}

function drillBody({ id, title, story, minutes, playbook }: Drill) {
  return { id, title, story, minutes, playbook: playbook.id };
}

function summaryBody({ id, drill, begunMs, debrief }: DrillRun) {
  return {
    id,
    drill: drill.id,
    title: drill.title,
    begunMs,
    isOver: debrief !== null,
    outcome: debrief?.outcome ?? null,
    total: debrief?.score.total ?? null,
  };
}

function runBody(view: DrillView | Refusal) {
  if ("reason" in view) return view;
  const { run, nowMs, heard } = view;
  const { id, drill, pace, debrief, entries } = run;
  const { followed } = deedsOf(drill, entries, null);
  return {
    id,
    drill: drillBody(drill),
    pace,
    isOver: debrief !== null,
    startMs: drill.beginsMs,
    nowMs,
    endMs: drill.beginsMs + LONGEST_MS,
    heard,
    entries: entries.map(({ answer, ...entry }) => ({
      ...entry,
      ...answer,
      text: actionText(entry.action),
    })),
    suspects: drill.suspects,
    probes: servicesOf(drill).map(({ name }) => name),
    differences: seenDifferences(run),
    minutes: MINUTES,
    steps: drill.playbook.steps.map((step) => ({
      id: step.id,
      title: step.title,
      isDone: followed.includes(step.id),
    })),
  };
}

/** Only what somebody was shown may be offered to them: the rest would be a hint. */
function seenDifferences({ entries }: DrillRun): readonly number[] {
  const lines = entries.flatMap(({ answer }) => answer.lines);
  const numbers = lines.flatMap((line) => /^difference (\d+),/.exec(line)?.[1] ?? []);
  return [...new Set(numbers.map(Number))];
}

const MINUTES: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    LOOKS.map((at) => [`look/${at}`, minutesOf({ kind: "look", at, host: "mail1" })]),
  ),
  ...Object.fromEntries(
    DRILL_TEAMS.map((team) => [`ask/${team}`, minutesOf({ kind: "ask", team })]),
  ),
  probe: minutesOf({ kind: "probe", probe: "" }),
  declare: minutesOf({ kind: "declare" }),
  diagnose: minutesOf({ kind: "diagnose", suspect: "" }),
  undo: minutesOf({ kind: "undo", difference: 1 }),
  nft: minutesOf({ kind: "nft", script: "" }),
  reload: minutesOf({ kind: "reload" }),
  restart: minutesOf({ kind: "restart", service: "postfix" }),
  flushQueues: minutesOf({ kind: "flushQueues" }),
  purgeQueues: minutesOf({ kind: "purgeQueues" }),
};

function debriefBody({ id, drill, debrief }: DrillRun) {
  if (debrief === null) return refuse("this run goes on", "say that it is over, or give it up");
  const { endedMs: _endedMs, ...told }: Debrief = debrief;
  return { run: id, drill: drill.id, title: drill.title, ...told };
}
