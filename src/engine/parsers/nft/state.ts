import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { LineState, Rule } from "../../device/device.ts";
import type { SetElement } from "../../device/set.ts";
import type { Batch } from "./batch.ts";
import type { Hole } from "./cutOut.ts";
import type { Token } from "./lexer.ts";
import { type Reader, SyntaxProblem, spanOf } from "./reader.ts";
import type { RuleMemory } from "./ruleMemory.ts";
import type { DraftChain, DraftTable, Ruleset } from "./ruleset.ts";
import type { Variables } from "./variables.ts";

/** Diagnostics kept for one run; the rest is only counted. */
export const MAXIMUM_DIAGNOSTICS = 1000;

/** Statements that cannot be read before the rest of a file is given up: it is something else. */
export const MAXIMUM_PROBLEMS = 20_000;

/** Characters of a message, which may quote the text; the place is told beside it. */
const MAXIMUM_MESSAGE = 400;

/** Where nothing better is known. */
const FALLBACK_HELP = "look into the manual of nft for what can stand here";

/** What is kept of one file at most: about two gigabytes in memory. */
const MAXIMUM_KEPT = { rules: 1_000_000, elements: 2_000_000 } as const;

/** Counts a rule or an element that is about to be read; past the limit the file is given up. */
export function countKept(state: ScriptState, kind: keyof typeof MAXIMUM_KEPT, token: Token): void {
  if (++state.kept[kind] <= MAXIMUM_KEPT[kind]) return;
  state.problems = MAXIMUM_PROBLEMS;
  throw new SyntaxProblem(
    "PM1005",
    `the file has more than ${MAXIMUM_KEPT[kind]} ${kind}`,
    spanOf(token),
    "split it, or write ranges and prefixes instead of single values",
  );
}

/** Whether the limit leaves room for one more. */
export function hasRoom({ kept }: ScriptState, kind: keyof typeof MAXIMUM_KEPT): boolean {
  return kept[kind] < MAXIMUM_KEPT[kind];
}

/** What one run over the scripts knows and gathers. */
export interface ScriptState {
  ruleset: Ruleset;
  readonly files: ReadonlyMap<string, string>;
  /** True: names may be words of nft's own, as in JSON. */
  readonly anyNames: boolean;
  readonly variables: Variables;
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
  /** What the command in hand adds. */
  batch: Batch;
  /** Offsets of the sets that each file declares, by name. */
  readonly declarations: Map<string, ReadonlyMap<string, readonly number[]>>;
  /** Rules looked through for what is deleted by the file in hand. */
  searched: number;
  /** Chains that the file in hand adds. */
  newChains: WeakSet<DraftChain>;
  /** Sets written in place and chains in braces of the rule in hand, each with a number of its own. */
  parts: number;
  /** Rules of which something missing is told already. */
  told: WeakSet<Rule>;
  /** Rules of earlier runs; null: each is read. */
  readonly memory: RuleMemory | null;
  /** Table whose block or rule is being read. */
  currentTable: DraftTable | null;
  /** Meters that rules of the table in hand bring along. */
  readonly meters: Map<string, number | null>;
  /** States of lines that are not plainly modelled, by file and line. */
  readonly lines: Map<string, Map<number, LineState>>;
  /** Read of the file in hand. */
  readonly kept: { rules: number; elements: number };
  /** Statements that could not be read. */
  problems: number;
  /** First line of each file that is not read any more: it has too many problems. */
  readonly givenUp: Map<string, number>;
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
  const remedy = help === "" ? FALLBACK_HELP : help;
  state.diagnostics.push({ code, severity, message: told, span, related: [], help: remedy });
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
