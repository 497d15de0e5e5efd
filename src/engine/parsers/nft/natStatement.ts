import { parseIpv4, parseIpv6 } from "../../base/address.ts";
import type { Span } from "../../base/span.ts";
import type { Expression } from "../../device/expression.ts";
import type { NatAddress, NatPort, NatStatement, Statement } from "../../device/statement.ts";
import { SELECTORS } from "../../packet/selectors/index.ts";
import { type RuleContext, requireNetwork } from "./context.ts";
import { declaredForms } from "./declared.ts";
import { parseMapReference } from "./elements.ts";
import { parseKey } from "./expression.ts";
import type { Token } from "./lexer.ts";
import { type Reader, spanOf } from "./reader.ts";
import { beginsSelector } from "./selector.ts";
import { refuse } from "./state.ts";
import { readValue, type ValueForm } from "./values.ts";

const PORT: ValueForm = { type: "inet_service", width: 16 };
const ADDRESS = {
  ip: { type: "ipv4_addr", width: 32 },
  ip6: { type: "ipv6_addr", width: 128 },
} as const satisfies Record<string, ValueForm>;

/** `dnat [ip|ip6] [prefix] to …`, `snat`, `masquerade`, `redirect`, with their flags. */
export function parseNat(context: RuleContext): Statement {
  const { reader } = context;
  const start = spanOf(reader.peek());
  const settled = context.transport !== null;
  const type = reader.next().text as NatStatement["type"];
  let family: "ip" | "ip6" | null = null;
  const isStated =
    (reader.is("ip") || reader.is("ip6")) &&
    !SELECTORS.has(`${reader.peek().text} ${reader.peek(1).text}`);
  if (isStated) family = reader.next().text as "ip" | "ip6";
  else if (context.family === "ip" || context.family === "ip6") family = context.family;
  const isSelf = type === "masquerade" || type === "redirect";
  let interval = false;
  let withPort = false;
  for (;;) {
    if (reader.accept("prefix")) interval = true;
    else if (reader.accept("interval")) interval = true;
    else if (reader.is("addr") && reader.is(".", 1)) {
      reader.next();
      reader.next();
      reader.expect("port");
      withPort = true;
    } else break;
  }
  let target: Target = { address: null, port: null };
  if (
    reader.accept("to") ||
    reader.accept(":to") ||
    (!isSelf && !reader.isEnd() && !isFlag(context))
  ) {
    if (isStated && reader.is(":"))
      throw reader.problem("a family stands before an address only", "leave `ip` or `ip6` out");
    target = parseTarget(context, family, isSelf, withPort);
  }
  checkTarget(context, target, { start, settled, family });
  const implied = family ?? target.family ?? null;
  const flags = parseFlags(context);
  const isNetmap = interval && target.address?.kind === "range";
  return {
    kind: "nat",
    type: isNetmap ? "netmap" : type,
    family: target.address === null ? null : implied,
    address: target.address,
    port: target.port,
    ...flags,
  };
}

interface Written {
  readonly start: Span;
  /** A transport protocol was known in front of the statement. */
  readonly settled: boolean;
  readonly family: "ip" | "ip6" | null;
}

/** What nft refuses: ports without a protocol that has them, addresses without a family. */
function checkTarget(context: RuleContext, target: Target, written: Written): void {
  const { address, port } = target;
  const withPort = address?.kind === "expression" && address.withPort;
  const settled = written.settled || target.settled === true;
  if ((port !== null && !settled) || (withPort && context.transport === null))
    refuse(
      context.state,
      "PM1042",
      "a port is mapped, yet the rule asks for no transport protocol",
      written.start,
      "put `meta l4proto tcp` or a match such as `tcp dport` in front of it",
    );
  if (address !== null && written.family === null && context.network === null)
    refuse(
      context.state,
      "PM1043",
      "an address in a table of family inet needs `ip` or `ip6`",
      written.start,
      "write `dnat ip to ADDRESS` or `dnat ip6 to ADDRESS`",
    );
  const stated = written.family ?? context.network;
  if (stated === null || target.family === undefined || stated === target.family) return;
  refuse(
    context.state,
    "PM1044",
    `the address is not of the family \`${stated}\``,
    written.start,
    `write \`${target.family}\` in front of \`to\`, in a rule of that family`,
  );
}

interface Target {
  readonly address: NatAddress | null;
  readonly port: NatPort | null;
  readonly family?: "ip" | "ip6";
  /** The key of the address asks for a transport protocol. */
  readonly settled?: boolean;
}

function isFlag(context: RuleContext): boolean {
  return ["random", "fully-random", "persistent"].some((flag) => context.reader.is(flag));
}

function parseFlags(context: RuleContext): {
  readonly random: boolean;
  readonly persistent: boolean;
} {
  const { reader } = context;
  let random = false;
  let persistent = false;
  while (isFlag(context)) {
    const flag = reader.next().text;
    if (flag === "persistent") persistent = true;
    else random = true;
    if (reader.is(",")) reader.next();
  }
  return { random, persistent };
}

function parseTarget(
  context: RuleContext,
  family: "ip" | "ip6" | null,
  isSelf: boolean,
  withPort: boolean,
): Target {
  const { reader } = context;
  if (reader.is(":")) {
    reader.next();
    return { address: null, port: parsePort(context) };
  }
  if (beginsSelector(context))
    return parseMapped(context, family ?? context.network ?? "ip", isSelf, withPort);
  if (isSelf) return { address: null, port: parsePort(context) };
  const token = bracketedRange(reader) ?? reader.word("an address");
  const [address, portText] = splitAddress(token.text);
  const own = addressFamily(address, family ?? context.network);
  if (own === null && isHostName(address)) {
    context.state.opaque.push(token.text);
    return { address: null, port: null };
  }
  if (own === null) {
    reader.unshift(token);
    throw reader.problem(
      `\`${token.text}\` is no address`,
      "write `dnat to ADDRESS` or `dnat to ADDRESS:PORT`",
      "PM1031",
    );
  }
  const result = readValue(address, ADDRESS[own], false);
  if (result.kind !== "range") throw reader.problem(result.message, result.help, "PM1031");
  let range = result.range;
  if (reader.is("-")) {
    reader.next();
    const end = readValue(reader.word("an address").text, ADDRESS[own], false);
    if (end.kind === "range") range = { from: range.from, to: end.range.to };
  }
  if (portText !== null) reader.unshift({ ...token, text: portText });
  else if (reader.is(":")) reader.next();
  else if (reader.is(".")) reader.next();
  else return { address: { kind: "range", range }, port: null, family: own };
  return { address: { kind: "range", range }, port: parsePort(context), family: own };
}

/** `[fe80::1]-[fe80::9]:80` is two words of the lexer. */
function bracketedRange(reader: Reader): Token | null {
  const first = reader.peek();
  const last = reader.peek(1);
  if (!first.text.endsWith("]-") || !last.text.startsWith("[")) return null;
  reader.next();
  reader.next();
  return { ...last, text: `${first.text}${last.text}`, start: first.start, column: first.column };
}

/** Which address it is only the device knows. */
function isHostName(text: string): boolean {
  return /^[A-Za-z][\w-]*(?:\.[\w-]+)*$/.test(text);
}

/** `10.0.0.5:80` and `[fe80::1]:80`; a bare IPv6 address has no port. */
function splitAddress(text: string): readonly [string, string | null] {
  const bracketed = /^\[([^\]]*)\](?:-\[([^\]]*)\])?(?::(.+))?$/.exec(text);
  if (bracketed !== null) {
    const end = bracketed[2] === undefined ? "" : `-${bracketed[2]}`;
    return [`${bracketed[1] ?? ""}${end}`, bracketed[3] ?? null];
  }
  const parts = text.split(":");
  return parts.length === 2 ? [parts[0] ?? "", parts[1] ?? null] : [text, null];
}

function addressFamily(text: string, stated: "ip" | "ip6" | null): "ip" | "ip6" | null {
  if (text === "localhost") return stated ?? "ip";
  const [first] = text.split(/[-/]/);
  if (parseIpv4(first ?? "") !== null) return stated === "ip6" ? null : "ip";
  return parseIpv6(first ?? "") !== null ? "ip6" : null;
}

function parsePort(context: RuleContext): NatPort {
  const { reader } = context;
  if (beginsSelector(context)) {
    const key = parseKey(context);
    reader.expect("map");
    const map = parseMapReference(context, key.forms, [PORT]);
    return { kind: "expression", expression: { kind: "lookup", key: key.expression, map } };
  }
  const token = reader.word("a port");
  let { text } = token;
  if (reader.is("-")) {
    reader.next();
    text = `${text}-${reader.word("a port").text}`;
  }
  const result = readValue(text, PORT, false);
  if (result.kind !== "range") {
    reader.unshift(token);
    throw reader.problem(result.message, result.help, "PM1031");
  }
  return { kind: "range", range: result.range };
}

/** `dnat to tcp dport map { 25 : 10.0.0.5 . 2525 }`: the first element tells what the data are. */
function parseMapped(
  context: RuleContext,
  family: "ip" | "ip6",
  isSelf: boolean,
  withPort: boolean,
): Target {
  const { reader } = context;
  const key = parseKey(context);
  if (!reader.accept("map")) return expressionTarget(key.expression, isSelf, false, family);
  const concatenated = withPort || dataHasPort(context);
  const forms = isSelf ? [PORT] : concatenated ? [ADDRESS[family], PORT] : [ADDRESS[family]];
  const map = parseMapReference(context, key.forms, forms);
  const lookup: Expression = { kind: "lookup", key: key.expression, map };
  const target = expressionTarget(lookup, isSelf, concatenated, family);
  if (!reader.is(":")) return target;
  reader.next();
  const settled = context.transport !== null;
  return { ...target, settled, port: parsePort(context) };
}

function expressionTarget(
  expression: Expression,
  isSelf: boolean,
  withPort: boolean,
  family: "ip" | "ip6",
): Target {
  if (isSelf) return { address: null, port: { kind: "expression", expression } };
  return { address: { kind: "expression", expression, withPort }, port: null, family };
}

/** How far the data of a map written in place is looked at. */
const LOOK_AHEAD = 24;

function dataHasPort(context: RuleContext): boolean {
  const { reader } = context;
  const first = reader.peek();
  if (first.text.startsWith("@")) {
    const declared = declaredForms(context, first.text.slice(1));
    return declared?.data.kind === "values" && declared.data.forms.length > 1;
  }
  let inData = false;
  for (let i = 0; i < LOOK_AHEAD; i++) {
    const token = reader.peek(i);
    if (token.text === ":") inData = true;
    else if (inData && token.text === ".") return true;
    else if (inData && (token.text === "," || token.text === "}")) return false;
  }
  return false;
}

/** `tproxy [ip|ip6] to [ADDRESS][:PORT]`. */
export function parseTproxy(context: RuleContext): Statement {
  const { reader } = context;
  const start = spanOf(reader.next());
  let family: "ip" | "ip6" | null = null;
  if (reader.is("ip") || reader.is("ip6")) family = reader.next().text as "ip" | "ip6";
  if (family !== null) requireNetwork(context, family, "tproxy");
  if (context.transport === null)
    refuse(
      context.state,
      "PM1024",
      "`tproxy` in a rule without a transport protocol",
      start,
      "put `meta l4proto tcp` or a match such as `tcp dport` in front of it",
    );
  reader.expect("to");
  const target = parseTarget(context, family ?? context.network, false, false);
  const range = target.address?.kind === "range" ? target.address.range : null;
  const port = target.port?.kind === "range" ? target.port.range : null;
  return {
    kind: "tproxy",
    family: family ?? target.family ?? null,
    address:
      range === null
        ? null
        : { kind: "constant", value: range.from, width: target.family === "ip6" ? 128 : 32 },
    port: port === null ? null : { kind: "constant", value: port.from, width: 16 },
    mark: null,
  };
}
