import type { LineState, Rule } from "../../device/device.ts";
import type { Statement } from "../../device/statement.ts";
import { relocate } from "../json/relocate.ts";
import { builtInChain } from "./builtin.ts";
import type { DraftTable } from "./draft.ts";
import type { PlainLine } from "./plainLine.ts";
import { lineSpan, type Script } from "./scriptState.ts";

/** Lines kept at most of one kind of table; the next one that is opened forgets them, and reads them once more. */
const MAXIMUM_REMEMBERED = 200_000;

/** Whether one more may be kept. */
export function hasRoom({ size }: ReadonlyMap<string, unknown>): boolean {
  return size < MAXIMUM_REMEMBERED;
}

/** What a line that adds a rule has said, where nothing but its own words and its table decides that. */
export interface RememberedLine {
  readonly chain: string;
  /** Statements of each rule of the line; spans in them are of `line` of `file`. */
  readonly variants: readonly (readonly Statement[])[];
  readonly comment: string | null;
  readonly state: LineState;
  readonly isPlain: boolean;
  readonly features: readonly string[];
  /** What the rule names behind `-j` or `-g`, and whether that was a chain; null: a verdict, or nothing. */
  readonly target: { readonly name: string; readonly isChain: boolean } | null;
  readonly file: string;
  readonly line: number;
  /** False: nothing within the statements has a place, so that they are the same on every line. */
  readonly isPlaced: boolean;
}

/** What is known of the lines of one kind of table, by their text. */
export interface LineShelf {
  readonly lines: Map<string, RememberedLine>;
  readonly plain: Map<string, PlainLine>;
}

/** Lines of iptables-save that have been read before, as `RuleMemory` keeps those of nft. */
export class LineMemory {
  private readonly shelves = new Map<string, LineShelf>();
  /** That of the table in hand: it is asked for with each line. */
  private last: { readonly table: DraftTable; readonly shelf: LineShelf } | null = null;

  /** Lines of tables in which the same words say the same. */
  shelf(table: DraftTable): LineShelf {
    if (this.last?.table === table) return this.last.shelf;
    const { family, backend, name } = table;
    const key = `${family} ${backend} ${name}`;
    const shelf = this.shelves.get(key) ?? { lines: new Map(), plain: new Map() };
    if (shelf.lines.size >= MAXIMUM_REMEMBERED) shelf.lines.clear();
    if (shelf.plain.size >= MAXIMUM_REMEMBERED) shelf.plain.clear();
    this.shelves.set(key, shelf);
    this.last = { table, shelf };
    return shelf;
  }
}

/** Adds the rule of a plain line, which begins and ends without a blank; false: there is no such chain yet. */
export function addPlain(
  script: Script,
  table: DraftTable,
  text: string,
  { chain, statements }: PlainLine,
): boolean {
  const found = table.chains.get(chain);
  if (found === undefined) return false;
  const span = lineSpan(script, 0, text.length);
  const rest = { comment: null, state: "modelled", isPlain: true } as const;
  found.rules.push({ statements, text, span, ...rest });
  script.context.count("modelled");
  return true;
}

/** Whether a set is named: which ones there are is no matter of the line. */
const NAMES_SET = /\bset\b/i;

/** Whether what a line says can be remembered by its text. */
export function standsForItself(text: string): boolean {
  return !NAMES_SET.test(text);
}

/** Adds the rules of a line that is known; false: it has to be read. */
export function addRemembered(
  script: Script,
  table: DraftTable,
  text: string,
  known: RememberedLine,
): boolean {
  const { target, state } = known;
  const chain = table.chains.get(known.chain);
  if (chain === undefined) return false;
  if (target !== null && isChain(table, target.name) !== target.isChain) return false;
  const start = text.length - text.trimStart().length;
  const content = text.trim();
  const span = lineSpan(script, start, start + content.length);
  for (const statements of variantsAt(known, span.file, span.line)) {
    const rule = { statements, text: content, span, comment: known.comment, state };
    chain.rules.push(known.isPlain ? ({ ...rule, isPlain: true } satisfies Rule) : rule);
  }
  for (const feature of known.features) script.context.countFeature(feature);
  script.context.count(state);
  return true;
}

export function isChain(table: DraftTable, name: string): boolean {
  return table.chains.has(name) || builtInChain(table.name, name, table.backend) !== null;
}

/** The same text has the same columns. */
function variantsAt(
  known: RememberedLine,
  file: string,
  line: number,
): readonly (readonly Statement[])[] {
  if (!known.isPlaced || (known.file === file && known.line === line)) return known.variants;
  return relocate(known.variants, (span) => ({ ...span, file, line, endLine: line }));
}

/** Whether something within statements has a place. */
export function isPlaced(variants: readonly (readonly Statement[])[]): boolean {
  let found = false;
  relocate(variants, (span) => {
    found = true;
    return span;
  });
  return found;
}
