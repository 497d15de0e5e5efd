import { CONSTANTS } from "../../base/names/constants.ts";
import { own } from "../../base/own.ts";
import type { Expression } from "../../device/expression.ts";
import type { ObjectKind, RejectWith, Statement } from "../../device/statement.ts";
import { selectorRow } from "../../packet/selectors/index.ts";
import { parseRange } from "./constant.ts";
import { type RuleContext, requireNetwork, requireTransport } from "./context.ts";
import { isOptionReset, parseDevice, parseReset, parseXt } from "./deviceStatement.ts";
import { parseDynamicSet, parseMeter, parseOldDynamicSet } from "./dynamicSet.ts";
import {
  isVerdict,
  parseObjectMapReference,
  parseVerdict,
  parseVerdictMapReference,
} from "./elements.ts";
import { parseAssigned, parseKey } from "./expression.ts";
import type { Token } from "./lexer.ts";
import { parseLog } from "./log.ts";
import { parseMatch } from "./match.ts";
import { parseNat, parseTproxy } from "./natStatement.ts";
import { describe, spanOf } from "./reader.ts";
import { beginsSelector } from "./selector.ts";
import { refuse } from "./state.ts";
import { parseStatefulStatement } from "./stateful.ts";
import { readNumber } from "./values.ts";

/** Reads one statement and adds it to the rule, behind the matches that it implies. */
export function parseStatement(context: RuleContext): void {
  const statement = readStatement(context);
  if (statement !== null) context.statements.push(statement);
}

function readStatement(context: RuleContext): Statement | null {
  const { reader } = context;
  const stateful = parseObjectLookup(context) ?? parseStatefulStatement(context);
  if (stateful !== null) return stateful;
  if (reader.is("queue")) return parseQueue(context);
  if (isVerdict(reader)) return { kind: "verdict", verdict: parseVerdict(reader) };
  if (reader.is("ct") && isCtObject(context)) return parseCtObject(context);
  if (isOptionReset(context)) return parseReset(context);
  if (beginsSelector(context) || reader.is("(")) return parseFromKey(context);
  const token = reader.peek();
  switch (token.text) {
    case "reject":
      return parseReject(context);
    case "log":
      return parseLog(context);
    case "dnat":
    case "snat":
    case "masquerade":
    case "redirect":
      return parseNat(context);
    case "tproxy":
      return parseTproxy(context);
    case "notrack":
      reader.next();
      return { kind: "notrack" };
    case "vmap":
      throw reader.problem("`vmap` needs a key in front of it");
    case "comment":
      reader.next();
      return { kind: "harmless", what: "comment", text: reader.word("a comment").text };
    case "add":
    case "update":
    case "delete":
      return parseDynamicSet(context);
    case "set":
      return parseOldDynamicSet(context);
    case "meter":
    case "flow":
      return parseMeter(context);
    case "dup":
    case "fwd":
    case "synproxy":
      return parseDevice(context);
    case "reset":
      return parseReset(context);
    case "xt":
      return parseXt(context);
    default:
      throw reader.problem(`expected a match or a verdict, found ${describe(token)}`);
  }
}

/** A statement that begins with a selector: `set`, `vmap`, or a match. */
function parseFromKey(context: RuleContext): Statement {
  const { reader } = context;
  const from = reader.peek().start;
  const key = parseKey(context);
  if (reader.accept("set")) {
    if (isSecmark(key.expression)) return parseSecmark(context);
    if (key.expression.kind !== "selector")
      return writeOther(context, from, key.forms[0]?.width ?? 32);
    const row = selectorRow(key.expression.id);
    const value = parseAssigned(context, row);
    if (row.id === "meta nftrace")
      return { kind: "harmless", what: "nftrace", text: "meta nftrace" };
    /* The kernel never makes a segment larger (nft_exthdr_tcp_set_eval). */
    if (row.id === "tcp option maxseg size")
      return { kind: "write", target: row.id, value, lowersOnly: true };
    return { kind: "write", target: row.id, value };
  }
  if (reader.accept("vmap"))
    return {
      kind: "verdictMap",
      key: key.expression,
      map: parseVerdictMapReference(context, key.forms),
    };
  return parseMatch(context, key);
}

function isSecmark(expression: Expression): boolean {
  return (
    expression.kind === "selector" &&
    (expression.id === "meta secmark" || expression.id === "ct secmark")
  );
}

/** A label of the security module: no chain can decide by it without naming an unknown. */
function parseSecmark(context: RuleContext): Statement {
  const { reader } = context;
  if (!beginsSelector(context)) {
    const { text } = reader.word("the name of a secmark");
    return { kind: "objectReference", object: "secmark", name: text, lookup: null };
  }
  const key = parseKey(context);
  if (!reader.accept("map")) return { kind: "noEffect", text: "secmark" };
  const map = parseObjectMapReference(context, key.forms);
  return {
    kind: "objectReference",
    object: "secmark",
    name: null,
    lookup: { key: key.expression, map },
  };
}

/** Writing what no selector names: nothing is known about the bytes afterwards. */
function writeOther(context: RuleContext, from: number, width: number): Statement {
  const { reader } = context;
  parseAssigned(context, { type: "integer", width });
  const text = reader.text.slice(from, reader.peek().start).trim().replace(/\s+/g, " ");
  return { kind: "opaqueAction", text };
}

function isCtObject(context: RuleContext): boolean {
  const { reader } = context;
  return (
    ["helper", "timeout", "expectation"].some((key) => reader.is(key, 1)) && reader.is("set", 2)
  );
}

function parseCtObject(context: RuleContext): Statement {
  const { reader } = context;
  reader.next();
  const what = reader.next().text as "helper" | "timeout" | "expectation";
  reader.next();
  if (!beginsSelector(context)) return { kind: "ctObject", what, name: reader.word("a name").text };
  const key = parseKey(context);
  reader.expect("map");
  const map = parseObjectMapReference(context, key.forms);
  const object =
    what === "helper" ? "ctHelper" : what === "timeout" ? "ctTimeout" : "ctExpectation";
  return { kind: "objectReference", object, name: null, lookup: { key: key.expression, map } };
}

const LOOKED_UP: Readonly<Partial<Record<string, ObjectKind>>> = {
  counter: "counter",
  limit: "limit",
  quota: "quota",
};

/** `limit name tcp dport map { … }`: a key without an element ends the rule; null: no such statement. */
function parseObjectLookup(context: RuleContext): Statement | null {
  const { reader } = context;
  const object = own(LOOKED_UP, reader.peek().text);
  if (object === undefined || !reader.is("name", 1) || reader.peek(2).kind !== "word") return null;
  const kind = reader.next();
  const name = reader.next();
  if (!beginsSelector(context) || !MAP_FOLLOWS.includes(reader.peek(1).kind)) {
    reader.unshift(name);
    reader.unshift(kind);
    return null;
  }
  const key = parseKey(context);
  reader.expect("map");
  const map = parseObjectMapReference(context, key.forms);
  return { kind: "objectReference", object, name: null, lookup: { key: key.expression, map } };
}

/** A selector has more words; an object may be called `mark` as well. */
const MAP_FOLLOWS: readonly Token["kind"][] = ["word"];

const DEFAULT_REJECT = { ip: 3, ip6: 4, both: 1 } as const;

function parseReject(context: RuleContext): Statement {
  const { reader } = context;
  const span = spanOf(reader.next());
  if (!reader.accept("with")) {
    const family = context.network ?? "both";
    return { kind: "reject", with: { kind: "icmp", family, code: DEFAULT_REJECT[family] } };
  }
  const word = reader.word("tcp reset, icmp, icmpv6 or icmpx").text;
  if (word === "tcp") {
    reader.expect("reset");
    const known = context.transport;
    if (known !== null && known.last !== 6n)
      refuse(
        context.state,
        "PM1041",
        "`tcp reset` cannot answer this protocol",
        span,
        "match `meta l4proto tcp` alone in front of it",
      );
    else if (known === null) requireTransport(context, 6n, "reject with tcp reset");
    return { kind: "reject", with: { kind: "tcpReset" } };
  }
  reader.accept("type");
  return { kind: "reject", with: parseRejectCode(context, word) };
}

const REJECT_TYPES: Readonly<Record<string, readonly ["ip" | "ip6" | "both", string]>> = {
  icmp: ["ip", "icmp_code"],
  icmpv6: ["ip6", "icmpv6_code"],
  icmpx: ["both", "icmpx_code"],
};

function parseRejectCode(context: RuleContext, word: string): RejectWith {
  const { reader } = context;
  const type = own(REJECT_TYPES, word);
  if (type === undefined)
    throw reader.problem(
      `\`${word}\` is no kind of reject`,
      "write tcp reset, icmp, icmpv6 or icmpx",
    );
  const [family, names] = type;
  if (family !== "both" && context.family !== family)
    requireNetwork(context, family, `reject with ${word}`);
  const token = reader.word("a code");
  const code = CONSTANTS.get(names)?.get(token.text) ?? readNumber(token.text);
  if (code === null) {
    reader.unshift(token);
    throw reader.problem(
      `\`${token.text}\` is no code of ${word}`,
      `write one of ${[...(CONSTANTS.get(names)?.keys() ?? [])].join(", ")}`,
    );
  }
  return { kind: "icmp", family, code: Number(code) };
}

/** `queue [flags bypass,fanout] [num N[-M]|to …] [bypass,fanout]`. */
function parseQueue(context: RuleContext): Statement {
  const { reader, state } = context;
  reader.next();
  let numbers = { from: 0n, to: 0n };
  let bypass = false;
  let fanout = false;
  let chosenBy = "";
  while (!reader.isEnd()) {
    if (reader.accept("num") || reader.accept("to")) {
      if (beginsSelector(context)) {
        const from = reader.peek().start;
        parseKey(context);
        if (reader.accept("map")) parseObjectLikeMap(context);
        chosenBy = reader.text.slice(from, reader.peek().start).trim();
        numbers = { from: 0n, to: 65535n };
      } else numbers = parseRange(reader, state, { type: "integer", width: 16 });
    } else if (reader.accept("flags") || reader.is(",")) {
      if (reader.is(",")) reader.next();
    } else if (reader.accept("bypass")) bypass = true;
    else if (reader.accept("fanout")) fanout = true;
    else break;
  }
  const options = { ...(fanout && { fanout }), ...(chosenBy !== "" && { chosenBy }) };
  return { kind: "verdict", verdict: { kind: "queue", numbers, bypass, ...options } };
}

function parseObjectLikeMap(context: RuleContext): void {
  const { reader } = context;
  if (reader.peek().text.startsWith("@")) {
    reader.next();
    return;
  }
  reader.expect("{");
  while (!reader.is("}") && reader.peek().kind !== "end") reader.next();
  reader.expect("}");
}
