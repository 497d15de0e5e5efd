import { type Style, shown, tint } from "../../report/formats/text/style.ts";
import type { PlaybookBody, PlaybookRunBody, PlaybookRunList } from "./model.ts";
import { timeText } from "./times.ts";

/** A playbook for whoever reads it in a terminal. */
export function playbookText(playbook: PlaybookBody, style: Style): string {
  const { title, owner, reviewBy, isOverdue, about, telephone, steps } = playbook;
  const lines = [
    tint(style, "bold", shown(title)),
    `owner ${shown(owner)}, review by ${reviewBy}${isOverdue ? " (overdue)" : ""}`,
    ...(about === "" ? [] : [shown(about)]),
    ...telephone.map(({ who, number, when }) => `  ${shown(who)}: ${shown(number)} ${shown(when)}`),
    ...steps.flatMap(({ id, kind, title: what, text }) => [
      `${shown(id)}  ${kind === "person" ? "" : `[${kind}] `}${shown(what)}`,
      ...(text === "" ? [] : [`    ${shown(text)}`]),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** How far a run is: each step with who, since when, and what came of it. */
export function runText(run: PlaybookRunBody, style: Style): string {
  const titles = new Map(run.playbook.steps.map(({ id, title }) => [id, title]));
  const lines = run.steps.map(({ id, state }) => {
    const who = state.kind === "waiting" ? "" : `  ${shown(state.by)} ${timeText(state.atMs)}`;
    const said = "text" in state && state.text !== "" ? `: ${shown(state.text)}` : "";
    return `  ${shown(id)}  ${shown(titles.get(id) ?? "")}  ${state.kind}${who}${said}`;
  });
  const head = `${tint(style, "bold", shown(run.playbook.title))}, run ${run.id} of incident ${run.incident}: ${run.status}`;
  return `${[head, ...lines].join("\n")}\n`;
}

/** Playbooks that may be begun, the best first: what each fits, then those that nothing speaks for. */
export function choiceText({ matches, others }: Pick<PlaybookRunList, "matches" | "others">) {
  const all = (texts: readonly string[]) => texts.map((text) => shown(text)).join("; ");
  const fitting = matches.map(({ playbook, title, fit, fits, why }) => {
    const said = fit === "general" ? `for any incident: ${all(why)}` : `fits: ${all(fits)}`;
    return `${shown(playbook)}  ${shown(title)}  ${said}\n`;
  });
  const rest = others.map(
    ({ playbook, title }) => `${shown(playbook)}  ${shown(title)}  (another)\n`,
  );
  return [...fitting, ...rest].join("");
}
