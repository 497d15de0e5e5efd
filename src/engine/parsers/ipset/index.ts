import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { Device, LineState, ParseInput, ParseResult } from "../../device/device.ts";
import type { IpsetCode } from "./codes.ts";
import {
  add,
  create,
  destroy,
  flush,
  type Line,
  remove,
  rename,
  type Script,
  swap,
} from "./commands.ts";
import { closeSet, type DraftSet, openSet } from "./draft.ts";
import { type Command, findCommand, splitWords } from "./words.ts";

export { IPSET_CODES } from "./codes.ts";

/** Diagnostics kept of one parse; the rest is counted. */
const MAXIMUM_DIAGNOSTICS = 1000;

/** Reads files of `ipset save` as `ipset restore` does: line by line, up to the first that fails. */
export function parseIpset(input: ParseInput): ParseResult {
  const reading: Reading = {
    sets: openSets(input.onto),
    inRules: setsInRules(input.onto),
    keepRefused: input.keepRefused,
    diagnostics: [],
    counts: { modelled: 0, harmless: 0, opaque: 0, notUnderstood: 0 },
  };
  const refused: string[] = [];
  for (const file of input.roots) {
    const text = input.files.get(file);
    const span = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
    if (text === undefined) {
      report(reading, "error", "PM3001", `no file \`${file}\``, span, "check its name");
      refused.push(file);
    } else if (readFile(reading, file, text)) refused.push(file);
  }
  const { counts, sets } = reading;
  const lines = counts.modelled + counts.harmless + counts.opaque + counts.notUnderstood;
  return {
    device: {
      tables: input.onto?.tables ?? [],
      ipsets: new Map([...sets].map(([name, set]) => [name, closeSet(name, set)])),
    },
    diagnostics: reading.diagnostics,
    coverage: { lines, ...counts },
    opaqueFeatures: new Map(counts.opaque > 0 ? [["host name in an ipset", counts.opaque]] : []),
    refused,
  };
}

interface Reading {
  readonly sets: Map<string, DraftSet>;
  readonly inRules: ReadonlySet<string>;
  readonly keepRefused: boolean;
  readonly diagnostics: Diagnostic[];
  readonly counts: Record<LineState, number>;
}

function report(
  reading: Reading,
  severity: Severity,
  code: IpsetCode,
  message: string,
  span: Span,
  help: string,
): void {
  const { diagnostics } = reading;
  if (diagnostics.length > MAXIMUM_DIAGNOSTICS) return;
  const full = diagnostics.length === MAXIMUM_DIAGNOSTICS;
  diagnostics.push({
    code: full ? "PM3015" : code,
    severity: full ? "note" : severity,
    message: full ? `more than ${MAXIMUM_DIAGNOSTICS} findings; the rest is left out` : message,
    span,
    related: [],
    help: full ? "mend the first ones and run again" : help,
  });
}

/** Returns whether `ipset restore` would stop somewhere; lines before it stay applied. */
function readFile(reading: Reading, file: string, text: string): boolean {
  let stopped = false;
  const script: Script = {
    sets: reading.sets,
    inRules: reading.inRules,
    applies: () => reading.keepRefused || !stopped,
    refuse(code, message, span, help) {
      report(reading, "error", code, message, span, help);
      stopped = true;
    },
    warn(code, message, span, help) {
      report(reading, "warning", code, message, span, help);
    },
  };
  const batch: Batch = { command: null, set: "", exist: false };
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    number++;
    const state = readLine(script, batch, { file, number, text: text.slice(start, end) });
    if (state !== null) reading.counts[state]++;
    start = end + 1;
  }
  return stopped;
}

/**
 * ipset sends `add` after `add` to one set in one message, with the `-exist` of the first: behind a
 * plain `add` it has no effect (measured).
 */
interface Batch {
  command: Command | null;
  set: string;
  exist: boolean;
}

interface RawLine {
  readonly file: string;
  readonly number: number;
  readonly text: string;
}

const EXIST = new Set(["-exist", "-!", "--exist"]);

function readLine(script: Script, batch: Batch, raw: RawLine): LineState | null {
  const text = raw.text.trim();
  if (text === "" || text.startsWith("#")) return null;
  const { file, number } = raw;
  const column = raw.text.indexOf(text[0] ?? "") + 1;
  const span = { file, line: number, column, endLine: number, endColumn: column + text.length };
  let words = splitWords(text);
  let exist = false;
  if (text.includes("-")) {
    const rest = words.filter((word) => !EXIST.has(word));
    exist = rest.length < words.length;
    words = rest;
  }
  const command = findCommand(words[0] ?? "");
  if (command === null) {
    const message = `unknown command \`${words[0] ?? ""}\``;
    script.refuse("PM3002", message, span, "lines begin with `create` or `add`");
    return "notUnderstood";
  }
  const name = words[1] ?? "";
  const joins = (command === "add" || command === "del") && batch.command === command;
  if (!joins || batch.set !== name) {
    batch.command = command;
    batch.set = name;
    batch.exist = exist;
  }
  return runCommand(script, command, { words: words.slice(1), exist: batch.exist, span });
}

function runCommand(script: Script, command: Command, line: Line): LineState {
  switch (command) {
    case "create":
      return create(script, line);
    case "add":
      return add(script, line);
    case "del":
      return remove(script, line);
    case "destroy":
      return destroy(script, line);
    case "flush":
      return flush(script, line);
    case "rename":
      return rename(script, line);
    case "swap":
      return swap(script, line);
    case "look":
      return "harmless";
  }
}

function openSets(onto: Device | null): Map<string, DraftSet> {
  const sets = new Map<string, DraftSet>();
  for (const [name, set] of onto?.ipsets ?? []) {
    const draft = openSet(set);
    if (draft !== null) sets.set(name, draft);
  }
  return sets;
}

function setsInRules(onto: Device | null): ReadonlySet<string> {
  const names = new Set<string>();
  for (const table of onto?.tables ?? [])
    for (const chain of table.chains)
      for (const rule of chain.rules)
        for (const statement of rule.statements) {
          if (statement.kind === "ipsetUpdate") names.add(statement.set.name);
          if (statement.kind !== "match" || statement.test.kind !== "set") continue;
          if (statement.test.set.kind === "ipset") names.add(statement.test.set.name);
        }
  return names;
}
