import type { BaseChain, LineState, Rule, TableFamily } from "../../device/device.ts";
import { decidesByPacket } from "../../device/ofPacket.ts";
import type { Statement } from "../../device/statement.ts";
import { LineMemory } from "../iptables/lineMemory.ts";
import { relocate } from "../json/relocate.ts";
import type { Token } from "./lexer.ts";
import type { PlainLine } from "./plainLine.ts";
import type { Reader } from "./reader.ts";
import { isOutOfSight, parseRule } from "./rule.ts";
import { countKept, MAXIMUM_DIAGNOSTICS, type ScriptState } from "./state.ts";

/** Rules kept at most; then all are forgotten, and read once more. */
export const MAXIMUM_REMEMBERED = 200_000;

/** What a line says, where nothing but its own words decides that. */
interface Remembered {
  /** Spans in them are of `line` of `file`. */
  readonly statements: readonly Statement[];
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** False: nothing within them has a place, so that they are the same on every line. */
  readonly isPlaced: boolean;
  readonly comment: string | null;
  readonly state: LineState;
  readonly isPlain: boolean;
  /** Sets written in place. */
  readonly parts: number;
  readonly elements: number;
}

/**
 * Rules that have been read before. While somebody types, all lines but one are the same: they need not be read
 * again, and what has been worked out of their statements is found again, since they are the same objects.
 */
export class RuleMemory {
  /** Those of iptables-save. */
  readonly iptables = new LineMemory();
  private readonly shelves = new Map<string, Map<string, Remembered>>();
  private readonly plain = new Map<TableFamily, Map<string, PlainLine>>();

  /** Rules by their text, of tables and chains in which the same words say the same. */
  shelf(family: TableFamily, base: BaseChain | null): Map<string, Remembered> {
    const name = `${family} ${isOutOfSight(family, base)}`;
    const known = this.shelves.get(name) ?? new Map<string, Remembered>();
    if (known.size >= MAXIMUM_REMEMBERED) known.clear();
    this.shelves.set(name, known);
    return known;
  }

  /** Plain lines by their text, of tables of one family. */
  plainLines(family: TableFamily): Map<string, PlainLine> {
    const known = this.plain.get(family) ?? new Map<string, PlainLine>();
    if (known.size >= MAXIMUM_REMEMBERED) known.clear();
    this.plain.set(family, known);
    return known;
  }
}

/** Reads a rule, or takes what its line has said before. */
export function readRule(
  reader: Reader,
  state: ScriptState,
  family: TableFamily,
  base: BaseChain | null,
): Rule {
  const text = state.memory === null ? null : lineAhead(reader);
  if (state.memory === null || text === null) return parseRule(reader, state, family, base);
  const first = reader.peek();
  const shelf = state.memory.shelf(family, base);
  const known = shelf.get(text);
  if (known === undefined) {
    const { rule, remembered } = parseAnew(reader, state, family, base, text);
    if (remembered !== null) shelf.set(text, remembered);
    return rule;
  }
  countKept(state, "rules", first);
  state.kept.elements += known.elements;
  state.parts = known.parts;
  reader.skipTo(first, text.length);
  const placed = placedAt(known, first);
  if (placed !== known) shelf.set(text, placed);
  return ruleOf(placed, first, text);
}

/**
 * What decides more than the words of the line: variables, sets by name, the next line, several rules; and
 * blanks that nft refuses, which are told of where they are read.
 */
const NEEDS_MORE = /[$@\\;#\r\f\v\u00a0\ufeff]/;

/** Behind them nothing of the line is left. */
const BLANKS_AT_END = /[ \t]+$/;

/** The rest of the line, from the token in hand on; null: it does not stand for itself. */
function lineAhead(reader: Reader): string | null {
  const first = reader.peek();
  if (!reader.isInFile(first)) return null;
  const end = reader.text.indexOf("\n", first.start);
  const line = reader.text.slice(first.start, end < 0 ? reader.text.length : end);
  return NEEDS_MORE.test(line) ? null : line.replace(BLANKS_AT_END, "");
}

function parseAnew(
  reader: Reader,
  state: ScriptState,
  family: TableFamily,
  base: BaseChain | null,
  text: string,
): { readonly rule: Rule; readonly remembered: Remembered | null } {
  const { diagnostics, kept, batch } = state;
  const said = [diagnostics.length, batch.lookups.length, batch.elements.length].join();
  /* Where no more is told, a rule with a warning is as quiet as one without. */
  const isTold = diagnostics.length < MAXIMUM_DIAGNOSTICS;
  const { elements } = kept;
  const rule = parseRule(reader, state, family, base);
  const { statements, comment, state: lineState, span } = rule;
  const { file, line, column } = span;
  const isWhole = rule.text === text && span.endLine === line;
  const isQuiet = said === [diagnostics.length, batch.lookups.length, batch.elements.length].join();
  if (!isWhole || !isTold || !isQuiet || state.refused || !statements.every(standsForItself))
    return { rule, remembered: null };
  const place = { file, line, column, isPlaced: isPlaced(statements) };
  const made = { parts: state.parts, elements: kept.elements - elements };
  const isPlain = rule.isPlain === true;
  return {
    rule,
    remembered: { statements, comment, state: lineState, isPlain, ...place, ...made },
  };
}

/** Whether a statement means the same in every table. */
function standsForItself(statement: Statement): boolean {
  if (statement.kind === "limit") return statement.object === null;
  return decidesByPacket(statement);
}

function isPlaced(statements: readonly Statement[]): boolean {
  let found = false;
  relocate(statements, (span) => {
    found = true;
    return span;
  });
  return found;
}

/** The same on another line. */
function placedAt(known: Remembered, { file, line, column }: Token): Remembered {
  if (!known.isPlaced) return known;
  if (known.file === file && known.line === line && known.column === column) return known;
  const by = column - known.column;
  const statements = relocate(known.statements, (span) => ({
    file,
    line,
    column: span.column + by,
    endLine: line,
    endColumn: span.endColumn + by,
  }));
  return { ...known, statements, file, line, column };
}

function ruleOf(
  { statements, comment, state, isPlain }: Remembered,
  first: Token,
  text: string,
): Rule {
  const { file, line, column } = first;
  const span = { file, line, column, endLine: line, endColumn: column + text.length };
  return { statements, text, span, comment, state, ...(isPlain && { isPlain }) };
}
