import { type Style, shown, tint } from "../../report/formats/text/style.ts";
import type { Choice } from "./drillMenu.ts";
import type { DebriefBody, DrillListBody, DrillRunBody } from "./model.ts";
import { timeText } from "./times.ts";

const MINUTE_MS = 60_000;

/** Drills, and one's own runs with what they were worth. */
export function drillsText({ drills, runs }: DrillListBody, style: Style): string {
  const lines = [
    ...drills.map(
      ({ id, title, minutes }) =>
        `${tint(style, "bold", shown(id))}  ${shown(title)}, about ${minutes} minutes`,
    ),
    ...runs.map(({ id, title, begunMs, isOver, outcome, total }) => {
      const end = isOver ? `${outcome}, ${total} of 100` : "goes on";
      return `run ${id}  ${timeText(begunMs)} UTC  ${shown(title)}: ${end}`;
    }),
  ];
  return lines.length === 0 ? "there is no drill\n" : `${lines.join("\n")}\n`;
}

/** What the trainee knows at the beginning, or comes back to. */
export function storyText({ id, drill, entries, steps }: DrillRunBody, style: Style): string {
  const done = entries.length === 0 ? "" : `You have done ${entries.length} things in it.\n`;
  const list = steps.map(({ title, isDone }) => `  ${isDone ? "x" : "-"} ${shown(title)}\n`);
  return `${tint(style, "bold", shown(drill.title))}, run ${id}: a simulation, nothing of it is real\n${shown(drill.story)}\nIts playbook:\n${list.join("")}${done}`;
}

/** What the last action came to, and who has called meanwhile. */
export function lastText({ entries, heard, nowMs, startMs }: DrillRunBody, style: Style): string {
  const last = entries.at(-1);
  const minute = (atMs: number) => Math.floor((atMs - startMs) / MINUTE_MS);
  const calls = [...(last?.heard ?? []), ...heard];
  const lines =
    last === undefined
      ? []
      : [
          tint(style, "bold", last.isDone ? shown(last.title) : `not done: ${shown(last.title)}`),
          ...last.lines.map((line) => `  ${shown(line)}`),
        ];
  return [
    ...lines,
    ...calls.map(({ atMs, text }) => `call in minute ${minute(atMs)}: ${shown(text)}`),
    `minute ${minute(nowMs)}`,
    "",
  ].join("\n");
}

export function menuText(choices: readonly Choice[]): string {
  return choices.map(({ text }, index) => `  ${index + 1}  ${shown(text)}\n`).join("");
}

export function debriefText(debrief: DebriefBody, style: Style): string {
  const { title, outcome, score, truth, practise, timeline } = debrief;
  const lines = [
    tint(style, "bold", `${shown(title)}: ${outcome}, ${score.total} of 100`),
    ...score.parts.map(({ id, points, of, text }) => `  ${id}: ${points} of ${of}. ${shown(text)}`),
    ...score.deductions.map(({ points, text }) => `  -${points}: ${shown(text)}`),
    `what it was: ${shown(truth.cause)}`,
    `what ends it: ${shown(truth.remedy)}`,
    ...timeline.map(({ minute, kind, text }) => `  ${minute} min  ${kind}: ${shown(text)}`),
    ...(practise.length === 0 ? [] : ["practise next:"]),
    ...practise.map((text) => `  ${shown(text)}`),
  ];
  return `${lines.join("\n")}\n`;
}
