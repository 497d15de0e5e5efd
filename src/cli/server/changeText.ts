import { type Style, shown, tint } from "../../report/formats/text/style.ts";
import type { ApplyBody, ChangeBody } from "./model.ts";
import { timeText } from "./times.ts";

/** Characters of a hash that people compare. */
export const SHORT_HASH = 12;

export function changeLine(one: ChangeBody, style: Style): string {
  const files = one.paths.map(shown).join(", ");
  const mark = one.isFourEyes === false ? ` ${tint(style, "yellow", "(not four eyes)")}` : "";
  return `${one.id}  ${tint(style, "bold", one.status)}${mark}  ${shown(one.device)}  ${files}  by ${shown(one.author)}, ${timeText(one.createdMs)}`;
}

/** A change, and what it waits for. */
export function changeText(change: ChangeBody, style: Style): string {
  const { contentHash, shownHash, approvals, alone, isFourEyes, override, overrideHash } = change;
  const { trainingOverdue } = change;
  const lines = [
    `change ${changeLine(change, style)}`,
    `content ${contentHash}`,
    ...(shownHash === null ? [] : [`shown ${shownHash}`]),
    ...approvals.map(
      ({ by, alone, void: why }) =>
        `approved by ${shown(by)}${alone === null ? "" : `, alone: would be lost: ${shown(alone.loss)}`}${why === null ? "" : `; void: ${shown(why)}`}`,
    ),
    ...(isFourEyes === false ? [tint(style, "yellow", NOT_FOUR_EYES)] : []),
    ...(alone === null ? [] : [askText(alone)]),
    ...(override === null ? [] : [overrideText(override), `override ${overrideHash}`]),
    ...missingLines(change, style),
    ...(trainingOverdue.length === 0
      ? []
      : [
          `${tint(style, "yellow", "training overdue")}: ${trainingOverdue.map(shown).join(", ")}; you may approve all the same`,
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

const NOT_FOUR_EYES = "not four eyes: who wrote it approved it alone";

function askText({ by, loss, untilMs, void: why }: NonNullable<ChangeBody["alone"]>): string {
  const counts = why === null ? `the pause ends ${timeText(untilMs)} UTC` : `void: ${shown(why)}`;
  return `${shown(by)} said what would be lost: ${shown(loss)}; ${counts}`;
}

function overrideText(override: NonNullable<ChangeBody["override"]>): string {
  const { by, grant, reason, intents, undecided, untilMs } = override;
  const names = [...intents.map(shown), ...undecided.map((id) => `${shown(id)} (undecided)`)].join(
    ", ",
  );
  const granted = grant === null ? "not granted yet" : `granted by ${shown(grant.by)}`;
  return `override of ${names} until ${timeText(untilMs)} UTC, asked by ${shown(by)} (${shown(reason)}), ${granted}`;
}

function missingLines({ id, status, missing }: ChangeBody, style: Style): readonly string[] {
  if (missing.length === 0)
    return status === "proposed" ? [`ready: \`premortem apply ${id}\``] : [];
  return missing.map((one) => `${tint(style, "yellow", "missing")}: ${missingText(id, one)}`);
}

function missingText(id: number, missing: ChangeBody["missing"][number]): string {
  switch (missing.kind) {
    case "proof":
      return `a proof (${shown(missing.reason)}): \`premortem prove ${id}\``;
    case "approval":
      return missing.reason === null
        ? `an approval, by somebody else than ${missing.notBy.map(shown).join(", ")}: \`premortem approve ${id}\``
        : `an approval that counts (${shown(missing.reason)}): \`premortem prove ${id}\`, then \`premortem approve ${id}\``;
    case "alone":
      return aloneText(id, missing);
    case "intents":
      return `${intentsText(missing)}: edit it, or ask for an override: \`premortem override ${id}\``;
    case "grant":
      return `a grant of the override, by somebody else than ${missing.notBy.map(shown).join(", ")}: \`premortem grant ${id}\``;
  }
}

function aloneText(
  id: number,
  { by, untilMs, reason }: Extract<ChangeBody["missing"][number], { kind: "alone" }>,
): string {
  if (untilMs !== null)
    return `an approval by ${shown(by)}, alone, from ${timeText(untilMs)} UTC on: \`premortem approve ${id}\``;
  const why = reason === null ? "" : ` (${shown(reason)})`;
  return `an approval${why}; nobody else than ${shown(by)} may give it: \`premortem approve ${id} --alone 'what would be lost'\``;
}

function intentsText(missing: Extract<ChangeBody["missing"][number], { kind: "intents" }>): string {
  const [broken, undecided] = [missing.broken, missing.undecided].map((ids) =>
    ids.map(shown).join(", "),
  );
  return [
    ...(broken === "" ? [] : [`it breaks ${broken}`]),
    ...(undecided === "" ? [] : [`whether it keeps ${undecided} is not decided`]),
  ].join("; ");
}

/** How an apply went, with the evidence. */
export function applyText(apply: ApplyBody, style: Style): string {
  const { id, change, device, states, evidence, aftermath } = apply;
  const began = states[0]?.atMs ?? apply.startedMs;
  const lines = [
    `apply ${id} of change ${change} on ${shown(device)}: ${tint(style, colourOf(apply), endText(apply))}`,
    ...states.map(({ state, atMs }) => `  +${atMs - began} ms  ${state.kind}`),
    ...evidence.map(
      ({ passed, isCounted, name, text, tookMs }) =>
        `  ${passed ? "✓" : "✗"} ${shown(name)}: ${shown(text)}${tookMs === null ? "" : ` (${tookMs} ms)`}${isCounted ? "" : "; does not count"}`,
    ),
    ...(aftermath === null ? [] : aftermathLines(aftermath)),
  ];
  return `${lines.join("\n")}\n`;
}

function colourOf({ state }: ApplyBody) {
  return state.kind === "confirmed" ? "green" : "red";
}

function endText({ state }: ApplyBody): string {
  return state.why === null ? state.kind : `${state.kind} (${shown(state.why)})`;
}

function aftermathLines(aftermath: NonNullable<ApplyBody["aftermath"]>): readonly string[] {
  const { bootProblem, baselineProblem, openConnections, flushed, waitsFor } = aftermath;
  const open = openConnections?.contradicting ?? 0;
  return [
    ...(bootProblem === null ? [] : [`  boot file: ${shown(bootProblem)}`]),
    ...(baselineProblem === null ? [] : [`  baseline: ${shown(baselineProblem)}`]),
    ...(open > 0 ? [`  ${open} connections go on that it would not let begin`] : []),
    ...flushed.map(
      ({ device, problem }) =>
        `  queue of ${shown(device)}: ${problem === null ? "flushed" : shown(problem)}`,
    ),
    ...waitsFor.map(({ probe, text }) => `  waits for ${shown(probe)}: ${shown(text)}`),
  ];
}
