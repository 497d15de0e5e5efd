import type { Edit, Fix } from "../engine/lint/index.ts";
import type { Repair, RepairEdit } from "../engine/repair/index.ts";
import { shown } from "./formats/text/style.ts";
import { templateOf } from "./rendered.ts";
import type { Fact, Result } from "./result.ts";

/** Lines of a repair that are told in one fact; JSON and SARIF have all. */
const MAXIMUM_LINES = 6;

/** What a result says of the best repair of one intent: in words, and as edits where the file can be edited. */
export function mendOf(
  id: string,
  repairs: readonly Repair[],
): { readonly facts: readonly Fact[] } & Pick<Result, "fix"> {
  const own = repairs.filter(({ restores }) => restores.includes(id));
  const [best] = own;
  if (best === undefined) return { facts: [] };
  const also = best.restores.filter((other) => other !== id);
  const others = own.length - 1;
  const facts: readonly (readonly [label: string, text: string])[] = [
    ["to mend it", `${best.title} (${best.kind}, proved)`],
    ["edit", editText(best.edits)],
    ["by its program", best.command ?? ""],
    ["mends as well", also.join(", ")],
    ["other ways", others === 0 ? "" : `${others}: see --json`],
  ];
  const told = facts.filter(([, text]) => text !== "");
  const fix = fixOf(best);
  return {
    facts: told.map(([label, text]) => ({ label, text: shown(text) })),
    ...(fix === null ? {} : { fix }),
  };
}

/** `edge.nft:8 -OLD +NEW`, one line after the other. */
function editText(edits: readonly RepairEdit[]): string {
  const lines = edits.flatMap(({ file, line, was, text }) => {
    const gone = (was?.split("\n") ?? []).map((one) => `-${one.trim()}`);
    const came = (text?.split("\n") ?? []).map((one) => `+${one.trim()}`);
    return [...gone, ...came].map((one) => `${file}:${line} ${one}`);
  });
  const more = lines.length - MAXIMUM_LINES;
  const told = lines.slice(0, MAXIMUM_LINES).join("; ");
  return more > 0 ? `${told}; and ${more} more lines` : told;
}

/** Null: lines of what was rendered, or of standard input, are those of no file that can be edited. */
function fixOf({ title, edits }: Repair): Fix | null {
  const isElsewhere = ({ file }: RepairEdit) => file === "-" || templateOf(file) !== null;
  if (edits.some(isElsewhere)) return null;
  return { title, edits: edits.map(wholeLines) };
}

function wholeLines({ file, line, endLine, text }: RepairEdit): Edit {
  const place = { file, line, column: 1, endLine: endLine + 1, endColumn: 1 };
  return { ...place, text: text === null ? "" : `${text}\n` };
}
