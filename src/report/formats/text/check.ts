import type { CheckAnswer, CheckedIntent } from "../../../engine/answer/check.ts";
import type { Repair } from "../../../engine/repair/index.ts";
import { deciderCells } from "./diff.ts";
import { repairLines, untriedText } from "./repair.ts";
import { columns, fitted, type Style, shown, type Tint, tint } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** What is broken first, each with a packet and the line, and in the end what is proved. */
export function checkText(answer: CheckAnswer, style: Style): string {
  const blocks = STATUSES.flatMap(({ status, title, colour }) => {
    const intents = answer.intents.filter((one) => one.status === status);
    return intentBlock(tint(style, colour, title), intents, style, answer.repairs);
  });
  return `${[...blocks, ...untriedText(answer.untried), closing(answer, style)].join("\n\n")}\n`;
}

/** Intents under a title, each with a packet and the line; nothing where there are none. */
export function intentBlock(
  title: string,
  intents: readonly CheckedIntent[],
  style: Style,
  repairs: readonly Repair[] = [],
): readonly string[] {
  if (intents.length === 0) return [];
  const heads = columns(intents.map(headCells));
  const told = new Map<Repair, string>();
  const blocks = intents.map((one, i) => {
    const mends = repairLines(one.id, repairs, told, style);
    return [...intentLines(one, heads[i] ?? "", style), ...mends].join("\n");
  });
  return [`${title}\n${blocks.join("\n")}`];
}

interface StatusWords {
  readonly status: CheckedIntent["status"];
  readonly title: string;
  readonly colour: Tint;
}

const STATUSES: readonly StatusWords[] = [
  { status: "broken", title: "BROKEN", colour: "red" },
  { status: "undecided", title: "UNDECIDED", colour: "yellow" },
  { status: "holds, except", title: "HOLDS, EXCEPT", colour: "green" },
  { status: "holds", title: "HOLDS", colour: "green" },
];

function headCells({ id, expect, from, to, services, owner, critical }: CheckedIntent) {
  const arrow = expect === "reachable" ? "→" : "↛";
  const marks = [critical ? "critical" : "", owner ?? ""].filter((mark) => mark !== "");
  const flow = `${from} ${arrow} ${to}, ${services.join(" ")}`;
  return [`  ${id}`, flow, marks.length === 0 ? "" : `(${marks.join(", ")})`].map(shown);
}

function intentLines(one: CheckedIntent, head: string, style: Style): readonly string[] {
  const { example, verdict, rejectWith, by, part, dependsOn, except, reasons } = one;
  const lines = [head.trimEnd()];
  lines.push(...(except ?? []).map((limit) => `      ${shown(limit)}`));
  if (example !== null && verdict !== null) {
    const word = rejectWith === null ? verdict : `${verdict} with ${rejectWith}`;
    lines.push(`      ${tint(style, "bold", shown(example))}`);
    const which = part === null ? "" : PARTS[part];
    lines.push(...columns([[`        ${word}`, ...deciderCells(by)]]));
    if (which !== "") lines.push(`        ${which}`);
  }
  lines.push(...dependsOn.map((unknown) => `        depends on ${shown(unknown)}`));
  lines.push(...reasons.map((reason) => `        ${shown(reason)}`));
  return lines.map((line) => fitted(style, line, 0));
}

/** What the packet says of the connections. */
const PARTS = {
  first: "",
  reply: "replies do not come back",
  later: "connections begin, and stop behind their first packets",
} as const;

function closing({ intents, assumptions }: CheckAnswer, style: Style): string {
  const width = Math.min(style.width, 100);
  const count = (status: CheckedIntent["status"]) =>
    intents.filter((one) => one.status === status).length;
  const total = `${intents.length} ${intents.length === 1 ? "intent" : "intents"}`;
  const counts = [
    [count("broken"), "broken"],
    [count("undecided"), "undecided"],
    [count("holds"), "hold"],
    [count("holds, except"), "hold with limits"],
  ] as const;
  const words = counts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  if (intents.length === 0) return "no intents: nothing is promised, and nothing was proved";
  return wrapped(
    `${total}: ${words.join(", ")}. Proved for all packets (assuming: ${assumptions.join("; ")})`,
    width,
  );
}
