import type { Span } from "../../base/span.ts";
import { readWords } from "./arguments.ts";
import { isTable } from "./builtin.ts";
import { declareChain, runCommand } from "./commands.ts";
import { closeTable, type DraftTable, openTable } from "./draft.ts";
import { addPlain, addRemembered, hasRoom, standsForItself } from "./lineMemory.ts";
import { findLoop } from "./loops.ts";
import { readPlainLine } from "./plainLine.ts";
import { MAXIMUM_DIAGNOSTICS } from "./report.ts";
import { lineSpan, refuse, type Script, type ScriptContext } from "./scriptState.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Bytes of a line, of a word, and words that iptables-restore takes. */
const MAXIMUM_LINE = 10_239;
const MAXIMUM_WORD = 1_023;
const MAXIMUM_WORDS = 254;

/** Reads a file of iptables-restore; returns whether iptables-restore would stop somewhere. */
export function runScript(text: string, context: ScriptContext): boolean {
  const script: Script = {
    context,
    table: null,
    stopped: false,
    line: 0,
    rules: 0,
    carriageReturns: false,
  };
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    script.line++;
    readLine(script, text, start, end, newline < 0);
    start = end + 1;
  }
  if (script.table !== null) {
    const span = lineSpan(script, 0, 0);
    refuse(script, "PM2004", "`COMMIT` is missing", span, "end each table with the line `COMMIT`");
    finishTable(script);
  }
  return script.stopped;
}

const HASH = 35;
const STAR = 42;
const COLON = 58;
const CARRIAGE_RETURN = 13;

function readLine(script: Script, text: string, start: number, end: number, last: boolean): void {
  let stop = end;
  if (stop > start && text.charCodeAt(stop - 1) === CARRIAGE_RETURN) stop--;
  if (stop === start && end === start) return;
  const code = text.charCodeAt(start);
  if (code === HASH) return;
  const line = text.slice(start, stop);
  if (stop < end) reportCarriageReturn(script, line);
  if (line.trim() === "") {
    reportBlank(script, line, stop < end);
    return;
  }
  if (line.length > MAXIMUM_LINE) tooLong(script, "line", lineSpan(script, 0, line.length));
  if (script.table === null) readOutside(script, line, code);
  else if (code === COLON) readChain(script, script.table, line);
  else if (line.trimEnd() === "COMMIT") readCommit(script, line, last);
  else if (code === STAR) readTableTooEarly(script, line);
  else readRule(script, script.table, line);
}

/** Columns from 0, the end exclusive. */
function reportCarriageReturn(script: Script, line: string): void {
  if (script.carriageReturns) return;
  script.carriageReturns = true;
  const span = lineSpan(script, line.length, line.length + 1);
  refuse(
    script,
    "PM2003",
    "lines end with a carriage return",
    span,
    "convert the file with `dos2unix` or `sed -i 's/\\r$//'`",
  );
}

/** An empty line is nothing, one of blanks is a line that iptables-restore cannot read. */
function reportBlank(script: Script, line: string, hadReturn: boolean): void {
  if (hadReturn && line === "") return;
  const span = lineSpan(script, 0, line.length);
  refuse(script, "PM2015", "a line of blanks only", span, "empty the line");
}

function tooLong(script: Script, what: string, span: Span): void {
  refuse(
    script,
    "PM2025",
    `this ${what} is longer than iptables-restore reads`,
    span,
    what === "line" ? `lines have at most ${MAXIMUM_LINE} bytes` : "shorten it",
  );
}

function readOutside(script: Script, line: string, code: number): void {
  const { context } = script;
  if (code !== STAR) {
    const span = lineSpan(script, 0, line.length);
    refuse(
      script,
      "PM2002",
      "this stands outside of any table",
      span,
      "take it out, or put `#` in front of it",
    );
    context.count("notUnderstood");
    return;
  }
  const name = line.slice(1).trim().split(/[ \t]/, 1)[0] ?? "";
  const span = lineSpan(script, 0, line.length);
  if (!isTable(name)) {
    refuse(
      script,
      "PM2005",
      `no table is called \`${name}\``,
      span,
      "use filter, nat, mangle, raw or security",
    );
    context.count("notUnderstood");
  } else context.count("modelled");
  script.table = openTable({
    family: context.family,
    name,
    backend: context.backend,
    noFlush: context.noFlush,
    span,
    before: context.tableBefore(name),
    registration: context.registration,
  });
  if (!isTable(name)) script.table.refused = true;
}

function readTableTooEarly(script: Script, line: string): void {
  const span = lineSpan(script, 0, line.length);
  refuse(
    script,
    "PM2004",
    "`COMMIT` is missing in front of this table",
    span,
    "end each table with the line `COMMIT`",
  );
  finishTable(script);
  readOutside(script, line, STAR);
}

function readChain(script: Script, table: DraftTable, line: string): void {
  const [name = "", policy] = line.slice(1).split(/[ \t]+/);
  const span = lineSpan(script, 0, line.length);
  if (name === "" || policy === undefined || policy === "") {
    refuse(
      script,
      "PM2006",
      "this chain line lacks its policy",
      span,
      "write `:NAME ACCEPT [0:0]`, or `:NAME - [0:0]` for a user chain",
    );
    script.context.count("notUnderstood");
    return;
  }
  const understood = declareChain(script, table, { name, policy, span });
  script.context.count(understood ? "modelled" : "notUnderstood");
}

/** Legacy does not know a `COMMIT` without a newline behind it (measured). */
function readCommit(script: Script, line: string, last: boolean): void {
  const span = lineSpan(script, 0, line.length);
  if (line !== "COMMIT" || (last && script.context.backend === "legacy"))
    refuse(
      script,
      "PM2004",
      line === "COMMIT" ? "no newline stands behind `COMMIT`" : "blanks stand behind `COMMIT`",
      span,
      "`COMMIT` must be a line of its own",
    );
  script.context.count("modelled");
  finishTable(script);
}

function finishTable(script: Script): void {
  const { table, context } = script;
  if (table === null) return;
  reportLoop(script, table);
  script.table = null;
  const wanted = context.keepRefused && isTable(table.name);
  if (wanted || !(script.stopped || table.refused)) context.apply(table.name, closeTable(table));
}

function reportLoop(script: Script, table: DraftTable): void {
  const finding = findLoop(table);
  if (finding === null) return;
  const { chain, kind } = finding;
  refuse(
    script,
    "PM2021",
    kind === "loop"
      ? `the chain \`${chain.name}\` comes back to itself`
      : `jumps below \`${chain.name}\` go deeper than the kernel allows`,
    chain.span,
    kind === "loop"
      ? "take one of the jumps out"
      : "at most 15 chains may lie below a built-in one",
  );
}

/** Rules of one file at most: about two gigabytes in memory. */
const MAXIMUM_RULES = 1_000_000;

/** `-s ! NET`, which iptables took until 1.4. */
const OLD_NEGATION = "PM2012";

function readRule(script: Script, table: DraftTable, line: string): void {
  const { context } = script;
  if (++script.rules > MAXIMUM_RULES) {
    if (script.rules === MAXIMUM_RULES + 1)
      refuse(
        script,
        "PM2023",
        `the file has more than ${MAXIMUM_RULES} rules`,
        lineSpan(script, 0, line.length),
        "put addresses into sets of ipset",
      );
    context.count("notUnderstood");
    return;
  }
  if (addKnown(script, table, line)) return;
  const counters = /^\s*\[\d+:\d+\]/.exec(line);
  const tokens = tokenize(line, counters?.[0].length ?? 0);
  checkTokens(script, tokens);
  const words = readWords(tokens, {
    family: context.family,
    spanOf: (first, last) => lineSpan(script, first.column - 1, last.endColumn - 1),
    refuse: (code, message, span, help) => {
      const isOlder = context.takesOlder && code === OLD_NEGATION;
      if (isOlder) context.report.add("warning", code, message, span, help);
      else refuse(script, code, message, span, help);
    },
  });
  if (words.skipped) {
    context.count("harmless");
    return;
  }
  const before = context.report.diagnostics.length;
  const done = runCommand(script, table, words, line);
  context.count(done.state);
  const isQuiet = before === context.report.diagnostics.length && before < MAXIMUM_DIAGNOSTICS;
  if (context.memory === null || done.added === null || !isQuiet) return;
  const { lines } = context.memory.shelf(table);
  if (standsForItself(line) && hasRoom(lines)) lines.set(line, done.added);
}

/** Adds what the line has said before, or what can be read of it in one go. */
function addKnown(script: Script, table: DraftTable, line: string): boolean {
  const shelf = script.context.memory?.shelf(table);
  const before = shelf?.plain.get(line);
  if (before !== undefined) return addPlain(script, table, line, before);
  const known = shelf?.lines.get(line);
  if (known !== undefined) return addRemembered(script, table, line, known);
  if (table.family !== "ip" || table.backend !== "nft") return false;
  const plain = readPlainLine(line, table.name);
  if (plain === null || !addPlain(script, table, line, plain)) return false;
  if (shelf !== undefined && hasRoom(shelf.plain)) shelf.plain.set(line, plain);
  return true;
}

function checkTokens(script: Script, tokens: readonly Token[]): void {
  const long = tokens.find(({ text }) => text.length > MAXIMUM_WORD);
  if (long !== undefined)
    tooLong(script, "word", lineSpan(script, long.column - 1, long.endColumn - 1));
  const many = tokens[MAXIMUM_WORDS];
  if (many !== undefined)
    tooLong(script, "list of words", lineSpan(script, many.column - 1, many.endColumn - 1));
}
