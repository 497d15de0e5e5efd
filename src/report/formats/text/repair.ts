import type { Repair, RepairEdit } from "../../../engine/repair/index.ts";
import { type Style, shown, tint } from "./style.ts";

/** Lines of one edit that are printed; JSON has all. */
const MAXIMUM_LINES = 12;

/**
 * What mends one intent: the best repair as an edit, and how many others there are. `told` has the intents for which
 * a repair was told already: it is told once.
 */
export function repairLines(
  id: string,
  repairs: readonly Repair[],
  told: Map<Repair, string>,
  style: Style,
): readonly string[] {
  const own = repairs.filter(({ restores }) => restores.includes(id));
  const [best] = own;
  if (best === undefined) return [];
  const first = told.get(best);
  if (first !== undefined) return [`        to mend it: as for ${first}`];
  told.set(best, id);
  const also = best.restores.filter((other) => other !== id);
  const others = own.length - 1;
  return [
    `        to mend it (${best.kind}, proved): ${shown(best.title)}`,
    ...best.edits.flatMap((edit) => editLines(edit, style)).map((line) => `          ${line}`),
    ...commandLines(best),
    ...(also.length === 0 ? [] : [`        mends ${also.join(", ")} as well`]),
    ...(others === 0
      ? []
      : [`        ${others} other ${others === 1 ? "way" : "ways"}: see --json`]),
  ];
}

/** What nobody had time for is said: there may be a better way. */
export function untriedText(untried: number): readonly string[] {
  if (untried === 0) return [];
  const ways = untried === 1 ? "1 way" : `${untried} ways`;
  return [`${ways} to mend what does not hold could not be tried in time.`];
}

function commandLines({ command }: Repair): readonly string[] {
  if (command === null) return [];
  return [
    `        these rules are written by a program, so tell it: ${shown(command)}`,
    "        (proved is the rule as shown; the program writes it its own way, so check again)",
  ];
}

/** One edit as a unified diff without context. */
function editLines(edit: RepairEdit, style: Style): readonly string[] {
  const { file, line, was, text } = edit;
  const gone = was === null ? [] : was.split("\n");
  const came = text === null ? [] : text.split("\n");
  const lines = [
    ...gone.map((one) => tint(style, "red", `-${shown(one)}`)),
    ...came.map((one) => tint(style, "green", `+${shown(one)}`)),
  ];
  const more = lines.length - MAXIMUM_LINES;
  return [
    `--- ${shown(file)}:${line}`,
    ...lines.slice(0, MAXIMUM_LINES),
    ...(more > 0 ? [`… and ${more} more lines: see --json`] : []),
  ];
}
