import { notSeenTexts } from "../../operations/incident/doubts.ts";
import { type Style, shown, tint } from "../../report/formats/text/style.ts";
import type { DifferenceBody, IncidentBody } from "./model.ts";
import { spanText, timeText } from "./times.ts";

/** Entries of the timeline that a person's first screen has. */
const MAXIMUM_NOTES = 12;

/** One line for each incident. */
export function incidentLine(one: IncidentBody, style: Style): string {
  const colour = one.status === "open" ? "red" : one.status === "recovering" ? "yellow" : "green";
  return `${one.id}  ${tint(style, colour, one.status)}  ${timeText(one.beganMs)}  ${shown(one.title)}`;
}

/** An incident for whoever is called at night: the cause first, then what follows from it, then what to do. */
export function incidentText(incident: IncidentBody, style: Style): string {
  const { symptoms, timeline, undo, waitsFor } = incident;
  const hidden = timeline.length - MAXIMUM_NOTES;
  const parts = [
    `${incidentLine(incident, style)}\nbegan ${timeText(incident.beganMs)} UTC, ${endText(incident)}`,
    causeText(incident, style),
    `${tint(style, "bold", "WHAT HURTS")}\n${symptoms
      .map(({ text, endedMs }) => `  ${endedMs === null ? "✗" : "✓"} ${shown(text)}`)
      .join("\n")}`,
    ...(undo === null
      ? []
      : [
          `${tint(style, "bold", "UNDO")} by ${shown(undo.by)}, ${undo.state}: ${shown(undo.text)}`,
        ]),
    `${tint(style, "bold", "TIMELINE")}\n${hidden > 0 ? `  ${hidden} earlier entries: see --json\n` : ""}${timeline
      .slice(-MAXIMUM_NOTES)
      .map(({ atMs, text }) => `  ${timeText(atMs)}  ${shown(text)}`)
      .join("\n")}`,
    ...(undo !== null && waitsFor.length > 0
      ? [`Still waited for:\n${waitsFor.map((text) => `  ${shown(text)}`).join("\n")}`]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function endText({ beganMs, recoveredMs }: IncidentBody): string {
  return recoveredMs === null ? "not over" : `over after ${spanText(recoveredMs - beganMs)}`;
}

function causeText({ cause, symptoms, doubts }: IncidentBody, style: Style): string {
  const title = tint(style, "bold", "CAUSE");
  if (cause === null) return `${title}  not known yet`;
  const textOf = (id: string) => shown(symptoms.find((one) => one.id === id)?.text ?? id);
  const ruledOut = cause.ruledOut.map(
    (one) =>
      `  ruled out (proved): ${shown(rulesText(one.added, one.removed))} on ${shown(one.device)}`,
  );
  switch (cause.kind) {
    case "notByRules":
      return [`${title}  not explained by any difference of a ruleset`, ...ruledOut].join("\n");
    case "unclear":
      return [
        `${title}  not decided${cause.candidates.length === 0 ? "" : "; it may be one of"}`,
        ...cause.candidates.map(
          (one) =>
            `  difference ${shown(one.id)} on ${shown(one.device)}, ${sinceText(one)}, by ${shown(one.by)}: ${shown(rulesText(one.added, one.removed))}`,
        ),
        ...cause.candidates
          .slice(0, 1)
          .map(({ id }) => `  to take one back: \`premortem undo --difference ${shown(id)}\``),
        ...cause.reasons.map((reason) => `  not ruled out: ${shown(reason)}`),
        ...notSeenTexts(cause.notSeen).map((text) => `  ${tint(style, "yellow", shown(text))}`),
        ...ruledOut,
      ].join("\n");
    case "explained": {
      const { difference, rules, explains, unexplained, notExamined, isTakenBack, others } = cause;
      const all = rules.length > 0 ? rules : [rulesText(difference.added, difference.removed)];
      const change =
        difference.change === null ? "no change approved it" : `change ${difference.change}`;
      return [
        `${title}  ${doubts.length === 0 ? "proved" : tint(style, "yellow", "likely, not proved")}, on ${shown(difference.device)}, ${sinceText(difference)}`,
        ...all.map((rule) => `  ${tint(style, "red", shown(rule))}`),
        ...(cause.place ? [`  at ${shown(cause.place)}`] : []),
        `  by ${shown(difference.by)}; ${change}`,
        `  it breaks (proved): ${explains.map(textOf).join("; ")}`,
        ...(unexplained.length > 0
          ? [`  it does not explain: ${unexplained.map(textOf).join("; ")}`]
          : []),
        ...doubts.map((doubt) => `  ${tint(style, "yellow", "but")} ${shown(doubt)}`),
        ...(isTakenBack ? ["  it is taken back, and does not run any more"] : []),
        ...others.flatMap((one) => [
          `  ${one.isTakenBack ? "before it, and taken back" : "as well"}, on ${shown(one.difference.device)}, since ${timeText(one.difference.atMs)}`,
          `    ${tint(style, "red", shown(rulesText(one.difference.added, one.difference.removed)))}`,
          `    by ${shown(one.difference.by)}; it breaks (proved): ${one.explains.map(textOf).join("; ")}`,
        ]),
        ...(notExamined > 0 ? [`  differences that were not examined: ${notExamined}`] : []),
        ...ruledOut,
      ].join("\n");
    }
  }
}

function sinceText({ sinceMs, atMs }: Pick<DifferenceBody, "sinceMs" | "atMs">): string {
  const at = timeText(atMs);
  if (sinceMs === null) return `since ${at}`;
  return sinceMs === 0 ? `since before ${at}` : `since between ${timeText(sinceMs)} and ${at}`;
}

function rulesText(added: readonly string[], removed: readonly string[]): string {
  return [...added.map((rule) => `+ ${rule}`), ...removed.map((rule) => `- ${rule}`)].join(", ");
}
