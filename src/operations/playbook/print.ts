import type { PlaybookStep } from "./model.ts";
import type { Paper, PaperBlock } from "./paper.ts";
import type { ShelvedPlaybook } from "./service.ts";

/** Digits of a version that tell two prints apart. */
const VERSION_DIGITS = 12;

/** A playbook as it lies in a drawer. */
export function playbookPaper({ playbook, isOverdue }: ShelvedPlaybook, nowMs: number): Paper {
  const { title, owner, version, reviewBy, about, telephone, steps } = playbook;
  const overdue = isOverdue ? " (OVERDUE)" : "";
  const printedOn = new Date(nowMs).toISOString().slice(0, 10);
  return {
    title,
    blocks: [
      {
        kind: "text",
        text: `Owner: ${owner}. Review by ${reviewBy}${overdue}. Version ${version.slice(0, VERSION_DIGITS)}, printed ${printedOn}.`,
      },
      ...textOf(about),
      ...telephoneOf(telephone),
      ...steps.flatMap((step, index) => stepBlocks(step, index + 1)),
    ],
  };
}

export function telephoneOf(
  numbers: readonly { readonly who: string; readonly number: string; readonly when: string }[],
): readonly PaperBlock[] {
  if (numbers.length === 0) return [];
  const items = numbers.map(
    ({ who, number, when }) => `${who}: ${number}${when === "" ? "" : ` (${when})`}`,
  );
  return [
    { kind: "heading", text: "Telephone" },
    { kind: "list", items },
  ];
}

function stepBlocks(step: PlaybookStep, number: number): readonly PaperBlock[] {
  return [
    { kind: "heading", text: `${number}. ${step.title}` },
    ...textOf(step.text),
    ...byHand(step),
    ...textOf(step.otherwise === "" ? "" : `If not: ${step.otherwise}`),
  ];
}

/** On paper, what premortem does is what a person may type, or look at. */
function byHand(step: PlaybookStep): readonly PaperBlock[] {
  switch (step.kind) {
    case "person":
      return [
        ...(step.minutes === null
          ? []
          : [{ kind: "text", text: `Takes ${step.minutes} minutes at most.` } as const]),
        { kind: "boxes", items: step.checklist.length === 0 ? ["done"] : step.checklist },
      ];
    case "probe":
      return [{ kind: "text", text: `premortem runs the probe ${step.probe}.` }, box("it works")];
    case "trace":
      return [
        {
          kind: "text",
          text: `premortem walks this packet through the rules that run on ${step.device}; expected: ${step.expect}.`,
        },
        { kind: "command", text: step.packet },
        box("as expected"),
      ];
    case "undo":
      return [
        { kind: "text", text: "premortem says what an undo would do; then somebody presses:" },
        { kind: "command", text: "premortem undo --dry-run\npremortem undo" },
        box("undone"),
      ];
    case "notify":
      return [{ kind: "text", text: "premortem tells those who are on duty." }, box("told")];
  }
}

function box(text: string): PaperBlock {
  return { kind: "boxes", items: [text] };
}

function textOf(text: string): readonly PaperBlock[] {
  return text.trim() === "" ? [] : [{ kind: "text", text }];
}
