import { interfaceNameValue } from "../../base/interfaceName.ts";
import type { Range } from "../../base/range.ts";
import type { TableFamily } from "../../device/device.ts";
import type { Expression } from "../../device/expression.ts";
import type { Statement } from "../../device/statement.ts";
import { NFPROTO_IPV4, PROTOCOL } from "../../packet/selectors/index.ts";
import { readPlainIpv4, readPlainPorts } from "../plainWords.ts";

/*
 * The commonest lines of big rulesets, read in one go: addresses, ports, interfaces, a counter, a verdict. The grammar
 * looks a few hundred times at each of these words; among 100,000 rules that is most of the time of a diff. What it reads
 * is what the grammar reads, and whatever is written in any other way is left to it: `plainLine.test.ts` holds both
 * against each other.
 */

/** What a plain line says. */
export interface PlainLine {
  readonly statements: readonly Statement[];
  readonly comment: string | null;
}

/** Families in which addresses and ports say what they say here. */
export function hasPlainLines(family: TableFamily): boolean {
  return family === "ip" || family === "ip6" || family === "inet";
}

/** What the rule is about so far, as in `RuleContext`. */
interface Reading {
  readonly statements: Statement[];
  isIpv4: boolean;
  /** Null: nothing has asked for a port yet. */
  protocol: "tcp" | "udp" | null;
}

/**
 * Reads the rule in `text`, which holds nothing else and no blank at its ends; null: the grammar has to. Words stand
 * apart by one blank, as `nft list ruleset` prints them.
 */
export function readPlainLine(text: string, family: TableFamily): PlainLine | null {
  if (family === "ip6") return null;
  const reading: Reading = { statements: [], isIpv4: family === "ip", protocol: null };
  const words = text.split(" ");
  let comment: string | null = null;
  let hasEnded = false;
  for (let at = 0; at < words.length; ) {
    const word = words[at] as string;
    const taken = hasEnded ? 0 : readMatch(reading, word, words, at);
    if (taken > 0) {
      at += taken;
      continue;
    }
    if (word === "comment") {
      comment = readComment(words, at);
      if (comment === null) return null;
      reading.statements.push({ kind: "harmless", what: "comment", text: comment });
      break;
    }
    const verdict = hasEnded ? undefined : VERDICTS.get(word);
    if (verdict === undefined) return null;
    reading.statements.push(verdict);
    hasEnded = true;
    at++;
  }
  return hasEnded ? { statements: reading.statements, comment } : null;
}

/** How many words a match has taken; 0: it is none, or one that the grammar has to read. */
function readMatch(reading: Reading, word: string, words: readonly string[], at: number): number {
  switch (word) {
    case "ip":
      return readAddress(reading, words[at + 1], words[at + 2]) ? 3 : 0;
    case "tcp":
    case "udp":
      return readPorts(reading, word, words[at + 1], words[at + 2]) ? 3 : 0;
    case "iifname":
    case "oifname":
      return readInterface(reading, word, words[at + 1]) ? 2 : 0;
    case "counter":
      return readCounter(reading, words, at);
    default:
      return 0;
  }
}

const ADDRESSES: ReadonlyMap<string, Expression> = new Map([
  ["saddr", { kind: "selector", id: "ip saddr" }],
  ["daddr", { kind: "selector", id: "ip daddr" }],
]);

const IS_IPV4: Statement = impliedMatch("meta nfproto", NFPROTO_IPV4);

function readAddress(
  reading: Reading,
  field: string | undefined,
  value: string | undefined,
): boolean {
  if (field === undefined || value === undefined) return false;
  const left = ADDRESSES.get(field);
  if (left === undefined) return false;
  const range = readPlainIpv4(value);
  if (range === null) return false;
  if (!reading.isIpv4) reading.statements.push(IS_IPV4);
  reading.isIpv4 = true;
  reading.statements.push(match(left, range));
  return true;
}

const PORTS: ReadonlyMap<string, Expression> = new Map(
  ["tcp", "udp"].flatMap((protocol) =>
    ["sport", "dport"].map((field): [string, Expression] => [
      `${protocol} ${field}`,
      { kind: "selector", id: `${protocol} ${field}` },
    ]),
  ),
);

const IS_PROTOCOL: Readonly<Record<"tcp" | "udp", Statement>> = {
  tcp: impliedMatch("meta l4proto", BigInt(PROTOCOL.tcp)),
  udp: impliedMatch("meta l4proto", BigInt(PROTOCOL.udp)),
};

function readPorts(
  reading: Reading,
  protocol: "tcp" | "udp",
  field: string | undefined,
  value: string | undefined,
): boolean {
  if (value === undefined || (reading.protocol !== null && reading.protocol !== protocol))
    return false;
  const left = PORTS.get(`${protocol} ${field}`);
  if (left === undefined) return false;
  const range = readPlainPorts(value, "-");
  if (range === null) return false;
  if (reading.protocol === null) reading.statements.push(IS_PROTOCOL[protocol]);
  reading.protocol = protocol;
  reading.statements.push(match(left, range));
  return true;
}

/** A name in quotes, without a wildcard; no longer than the kernel takes. */
const NAME = /^"([A-Za-z0-9_.-]{1,15})"$/;

function readInterface(
  reading: Reading,
  id: "iifname" | "oifname",
  value: string | undefined,
): boolean {
  const name = value === undefined ? undefined : NAME.exec(value)?.[1];
  if (name === undefined) return false;
  const number = interfaceNameValue(name);
  reading.statements.push(match({ kind: "selector", id }, { from: number, to: number }));
  return true;
}

const COUNTER: Statement = { kind: "harmless", what: "counter", text: "counter" };
const DIGITS = /^\d+$/;

/** With or without what it has counted. */
function readCounter({ statements }: Reading, words: readonly string[], at: number): number {
  if (words[at + 1] === "name") return 0;
  statements.push(COUNTER);
  if (words[at + 1] !== "packets") return 1;
  const isWhole = words[at + 3] === "bytes" && DIGITS.test(words[at + 2] ?? "");
  if (isWhole && DIGITS.test(words[at + 4] ?? "")) return 5;
  statements.pop();
  return 0;
}

const VERDICTS: ReadonlyMap<string, Statement> = new Map(
  (["accept", "drop", "return"] as const).map((kind): [string, Statement] => [
    kind,
    { kind: "verdict", verdict: { kind } },
  ]),
);

/** The rest of the line in quotes; null: something else stands there. */
function readComment(words: readonly string[], at: number): string | null {
  const rest = words.slice(at + 1).join(" ");
  const isQuoted =
    rest.length > 1 && rest.startsWith('"') && rest.indexOf('"', 1) === rest.length - 1;
  return isQuoted ? rest.slice(1, -1) : null;
}

function impliedMatch(id: string, value: bigint): Statement {
  const ranges = [{ from: value, to: value }];
  const left: Expression = { kind: "selector", id };
  return { kind: "match", left, test: { kind: "ranges", negated: false, ranges }, implied: true };
}

function match(left: Expression, range: Range): Statement {
  const test = { kind: "ranges", negated: false, ranges: [range] } as const;
  return { kind: "match", left, test, implied: false };
}
