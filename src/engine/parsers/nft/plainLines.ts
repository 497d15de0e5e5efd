import type { Rule, TableFamily } from "../../device/device.ts";
import { addRule } from "./batch.ts";
import { hasPlainLines, type PlainLine, readPlainLine } from "./plainLine.ts";
import type { Reader } from "./reader.ts";
import { isOutOfSight } from "./rule.ts";
import { MAXIMUM_REMEMBERED, type RuleMemory } from "./ruleMemory.ts";
import type { DraftChain, DraftTable } from "./ruleset.ts";
import { hasRoom, type ScriptState } from "./state.ts";

const TAB = 9;
const SPACE = 32;

/**
 * Reads the rules of a chain from here on, as long as each is a plain line of its own; the first other line is left to
 * the grammar. Their lines are modelled, as all are that nothing else is said of.
 */
export function readPlainLines(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
): void {
  const { family } = table;
  if (!hasPlainLines(family) || isOutOfSight(family, chain.base)) return;
  const first = reader.peek();
  if (first.kind !== "word" || !reader.isInFile(first)) return;
  const { file, text } = reader;
  const read = plainReader(family, state.memory);
  let { start, line, column } = first;
  let length = 0;
  let place = { start, line, column };
  while (hasRoom(state, "rules")) {
    const end = text.indexOf("\n", start);
    if (end < 0) break;
    const content = text.slice(start, end);
    const plain = read(content);
    if (plain === null) break;
    length = end - start;
    const span = { file, line, column, endLine: line, endColumn: column + length };
    const { statements, comment } = plain;
    const rule: Rule = {
      statements,
      text: content,
      span,
      comment,
      state: "modelled",
      isPlain: true,
    };
    state.kept.rules++;
    chain.rules.push(addRule(state.batch, table, rule, 0));
    place = { start, line, column };
    line++;
    start = beginOfLine(text, end + 1);
    column = start - end;
  }
  if (length === 0) return;
  state.currentTable = table;
  state.parts = 0;
  reader.skipTo(place, length);
}

/** Where the first word of a line stands. */
function beginOfLine(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === TAB || code === SPACE; code = text.charCodeAt(at))
    at++;
  return at;
}

function plainReader(
  family: TableFamily,
  memory: RuleMemory | null,
): (text: string) => PlainLine | null {
  if (memory === null) return (text) => readPlainLine(text, family);
  const known = memory.plainLines(family);
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const plain = readPlainLine(text, family);
    if (plain !== null && known.size < MAXIMUM_REMEMBERED) known.set(text, plain);
    return plain;
  };
}
