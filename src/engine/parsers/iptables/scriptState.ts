import type { Span } from "../../base/span.ts";
import type { LineState, Table } from "../../device/device.ts";
import type { NamedSet } from "../../device/set.ts";
import type { IptablesCode } from "./codes.ts";
import type { DraftTable, Registration } from "./draft.ts";
import type { LineMemory } from "./lineMemory.ts";
import type { Report } from "./report.ts";
import type { IpFamily } from "./values.ts";

/** What reading one file needs, and where its results go. */
export interface ScriptContext {
  readonly file: string;
  readonly family: IpFamily;
  readonly backend: "nft" | "legacy";
  readonly noFlush: boolean;
  readonly keepRefused: boolean;
  /** True: what older versions took is read, with a warning. */
  readonly takesOlder: boolean;
  readonly ipsets: ReadonlyMap<string, NamedSet>;
  readonly report: Report;
  readonly registration: Registration;
  /** Lines that have been read before; null: each is read. */
  readonly memory: LineMemory | null;
  tableBefore(name: string): Table | null;
  /** A table that was committed; null: nothing is left of it. */
  apply(name: string, table: Table | null): void;
  count(state: LineState): void;
  countFeature(name: string): void;
}

/** What the reading of a file stands at. */
export interface Script {
  readonly context: ScriptContext;
  table: DraftTable | null;
  /** iptables-restore has stopped; the rest is read for its findings only. */
  stopped: boolean;
  line: number;
  /** Lines with rules so far. */
  rules: number;
  carriageReturns: boolean;
}

export function lineSpan(script: Script, from: number, to: number): Span {
  const { line, context } = script;
  return { file: context.file, line, column: from + 1, endLine: line, endColumn: to + 1 };
}

export function refuse(
  script: Script,
  code: IptablesCode,
  message: string,
  span: Span,
  help: string,
): void {
  script.context.report.add("error", code, message, span, help);
  script.stopped = true;
  if (script.table !== null) script.table.refused = true;
}
