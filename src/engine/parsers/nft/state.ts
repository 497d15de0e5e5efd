import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { LineState } from "../../device/device.ts";
import type { SetElement } from "../../device/set.ts";
import type { Hole } from "./cutOut.ts";
import type { Token } from "./lexer.ts";
import type { Reader } from "./reader.ts";
import type { DraftTable, Ruleset } from "./ruleset.ts";

/** Diagnostics kept for one run; the rest is only counted. */
export const MAXIMUM_DIAGNOSTICS = 1000;

/** Characters of a message, which may quote the text; the place is told beside it. */
const MAXIMUM_MESSAGE = 400;

/** What one run over the scripts knows and gathers. */
export interface ScriptState {
  ruleset: Ruleset;
  readonly files: ReadonlyMap<string, string>;
  readonly variables: Map<string, readonly Token[]>;
  readonly diagnostics: Diagnostic[];
  /** The file in hand has something that nft surely refuses. */
  refused: boolean;
  /** An included file is missing: the ruleset is a part of what would be loaded. */
  incomplete: boolean;
  /** Elements by key of the lists that the file in hand made or changed. */
  indexes: WeakMap<readonly SetElement[], Map<string, SetElement>>;
  /** Lists of elements that are not up to date, with the parts of intervals to be taken out. */
  deletions: WeakMap<readonly SetElement[], { readonly holes: Hole[] }>;
  /** Sets declared by the file in hand. */
  readonly madeHere: Set<string>;
  /** Table whose block or rule is being read. */
  currentTable: DraftTable | null;
  /** Meters that rules of the table in hand bring along. */
  readonly meters: Set<string>;
  /** States of lines that are not plainly modelled, by file and line. */
  readonly lines: Map<string, Map<number, LineState>>;
  /** Values that depend on the host (names of users, hosts), found while reading a rule. */
  readonly opaque: string[];
}

/** Reads what files and blocks have in common (`include`, `define`); true where it was that. */
export type CommonItem = (reader: Reader, within: (inner: Reader) => void) => boolean;

export function report(
  state: ScriptState,
  severity: Diagnostic["severity"],
  code: string,
  message: string,
  span: Span | null,
  help = "",
): void {
  if (state.diagnostics.length >= MAXIMUM_DIAGNOSTICS) return;
  const told =
    message.length <= MAXIMUM_MESSAGE ? message : `${message.slice(0, MAXIMUM_MESSAGE)}…`;
  state.diagnostics.push({ code, severity, message: told, span, related: [], help });
}

/** Something that nft and the kernel surely refuse: the whole file changes nothing. */
export function refuse(
  state: ScriptState,
  code: string,
  message: string,
  span: Span | null,
  help = "",
): void {
  state.refused = true;
  report(state, "error", code, message, span, help);
}
