import type { DiffAnswer, DiffClass, DiffFate } from "../../../engine/answer/diff.ts";
import {
  type Becoming,
  becomingOf,
  cutsOpenConnections,
} from "../../../engine/answer/diffGroups.ts";
import type { Repair } from "../../../engine/repair/index.ts";
import { repairLines, untriedText } from "./repair.ts";
import { columns, fitted, type Style, shown, type Tint, tint } from "./style.ts";
import { whatToDo } from "./whatToDo.ts";
import { wrapped } from "./wrapped.ts";

/** Classes that are printed of each kind; JSON has all. */
const MAXIMUM_SHOWN = 20;

/** A difference for people: what closes and what opens, each with a packet and both lines. */
export function diffText(answer: DiffAnswer, style: Style): string {
  const groups = GROUPS.flatMap((group) => {
    const classes = answer.classes.filter((one) => becomingOf(one) === group.name);
    return classes.length === 0 ? [] : [groupText(group, classes, style)];
  });
  const parts = [
    ...breaksText(answer, style),
    ...groups,
    ...openConnections(answer),
    ...promisesText(answer, style),
    ...(answer.repairs.length > 0 ? [] : whatToDo(answer, style)),
    closing(answer, style),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What matters most, in one line; with what mends it, it stands behind the packets. */
function breaksText({ intents }: DiffAnswer, style: Style): readonly string[] {
  const broken = intents.filter(({ before, after }) => after === "broken" && before !== "broken");
  if (broken.length === 0) return [];
  const count = `${broken.length} ${broken.length === 1 ? "intent" : "intents"}`;
  const names = broken.map(({ id }) => shown(id)).join(", ");
  return [wrapped(`${tint(style, "red", "BREAKS")}  ${count}: ${names}`, style.width)];
}

/** Promises whose answer is another one than before, or that do not hold, with what mends them. */
function promisesText({ intents, repairs, untried }: DiffAnswer, style: Style): readonly string[] {
  const meant = intents.filter(({ before, after }) => before !== after || after === "broken");
  if (meant.length === 0) return [];
  const told = new Map<Repair, string>();
  const heads = columns(
    meant.map(({ id, before, after }) => [`  ${shown(id)}`, before, `→ ${after}`]),
  );
  const lines = meant.flatMap(({ id, reasons }, i) => [
    fitted(style, heads[i] ?? "", 0),
    ...reasons.map((reason) => `        because ${shown(reason)}`),
    ...repairLines(id, repairs, told, style),
  ]);
  return [["INTENTS", ...lines].join("\n"), ...untriedText(untried)];
}

/** Whether what closes cuts the connections that are open too. */
function openConnections(answer: DiffAnswer): readonly string[] {
  const cuts = cutsOpenConnections(answer);
  if (cuts === null) return [];
  return cuts
    ? ["Open connections are cut as well as new ones."]
    : ["New connections are cut; open ones go on."];
}

interface Group {
  readonly name: Becoming;
  readonly title: string;
  readonly tint: Tint;
}

const GROUPS: readonly Group[] = [
  { name: "close", title: "CLOSES", tint: "red" },
  { name: "open", title: "OPENS", tint: "yellow" },
  { name: "change", title: "CHANGES", tint: "yellow" },
  { name: "may close", title: "MAY CLOSE", tint: "yellow" },
  { name: "may open", title: "MAY OPEN", tint: "yellow" },
  { name: "may change", title: "MAY CHANGE", tint: "yellow" },
];

function groupText(group: Group, classes: readonly DiffClass[], style: Style): string {
  const title = tint(style, group.tint, group.title);
  const blocks = classes.slice(0, MAXIMUM_SHOWN).map((one) => classText(one, title, style));
  const rest = classes.length - MAXIMUM_SHOWN;
  if (rest > 0) blocks.push(`${title}  and ${rest} more classes: see --json`);
  return blocks.join("\n\n");
}

function classText(one: DiffClass, title: string, style: Style): string {
  const { path, description, exact, example, dependsOn } = one;
  const [first = "", ...others] = description.map(shown);
  const lines = [
    `${title}  ${path}: ${first}`,
    ...others.map((line) => `        ${line}`),
    ...(exact ? [] : ["        (the rest is counted, not told)"]),
    `  ${tint(style, "bold", shown(example))}`,
    ...columns(
      one.alterations.map(({ what, before, after }) => [
        `    ${shown(what)}`,
        `${shown(before)} → ${shown(after)}`,
      ]),
    ),
    ...columns([sideRow("before", one.before), sideRow("after", one.after)]),
    ...dependsText(dependsOn),
  ];
  return lines.map((line) => fitted(style, line, 0)).join("\n");
}

/** Unknowns of one class that are named. */
const MAXIMUM_UNKNOWNS = 6;

/** Unknowns of one kind and one file stand together: `limit (edge.nft:12, 15)`. */
function dependsText(dependsOn: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const unknown of dependsOn.slice(0, MAXIMUM_UNKNOWNS)) {
    const [, begin = unknown, line] = /^(.* \(.*:)(\d+)\)$/s.exec(unknown) ?? [];
    const lines = groups.get(begin) ?? [];
    groups.set(begin, lines);
    if (line !== undefined) lines.push(line);
  }
  if (groups.size === 0) return [];
  const names = [...groups].map(([begin, lines]) =>
    lines.length === 0 ? shown(begin) : `${shown(begin)}${lines.join(", ")})`,
  );
  const more = dependsOn.length - MAXIMUM_UNKNOWNS;
  return [`    depends on ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}

function sideRow(side: string, { verdict, rejectWith, by }: DiffFate): readonly string[] {
  const word = rejectWith === null ? verdict : `${verdict} with ${rejectWith}`;
  return [`    ${side}`, word, ...deciderCells(by)];
}

export function deciderCells(by: DiffFate["by"]): readonly string[] {
  if (by === null) return ["no chain filters these packets"];
  if ("rule" in by)
    return [`${shown(by.rule.file)}:${by.rule.line}`, shown(by.rule.text.split("\n")[0] ?? "")];
  if ("policy" in by) return [`policy of chain ${by.policy.chain} in table ${by.policy.table}`];
  return [`the kernel: ${by.kernel}`];
}

/** What is proved of all other packets, in exact words. */
function closing(answer: DiffAnswer, style: Style): string {
  const { equal, classes, reasons, truncated, assumptions } = answer;
  const assumed = `assuming: ${assumptions.join("; ")}`;
  const width = Math.min(style.width, 100);
  const why = reasons.map((reason) => `  ${shown(reason)}`);
  if (truncated > 0) why.push(`  ${truncated} further classes were found and not told`);
  if (why.length > 0) {
    const head =
      equal === false ? "Not all is proved beyond these classes:" : "UNDECIDED: not proved equal";
    return [tint(style, "yellow", head), ...why, wrapped(assumed, width)].join("\n");
  }
  if (equal === true)
    return wrapped(`Equal: proved for all packets on all three paths (${assumed})`, width);
  const verdict = countText(classes, equal === false ? "" : "UNDECIDED: ");
  return wrapped(
    `${verdict}. Nothing else changes: proved for all other packets (${assumed})`,
    width,
  );
}

function countText(classes: readonly DiffClass[], begin: string): string {
  const count = (number: number) => `${number} ${number === 1 ? "class" : "classes"}`;
  const sure = classes.filter(({ kind }) => kind !== "may").length;
  const maybe = classes.length - sure;
  if (sure === 0) return `${begin}${count(maybe)} of packets may change`;
  const change = `${begin}${count(sure)} of packets ${sure === 1 ? "changes" : "change"}`;
  return maybe === 0 ? change : `${change}, ${maybe} more may`;
}
