import { maximum, type Range } from "../../src/engine/base/range.ts";
import type { Rule } from "../../src/engine/device/device.ts";
import type { Expression, SetReference } from "../../src/engine/device/expression.ts";
import type { SetElement } from "../../src/engine/device/set.ts";
import type { NatStatement, Statement, Verdict } from "../../src/engine/device/statement.ts";
import { selectorRow } from "../../src/engine/packet/selectors/index.ts";
import { comparison, maskText, narrow, rangeText, type Term, term, termText } from "./canonical.ts";

/** One of our rules in the canonical lines of `readNetlink`. */
export function ruleLines(rule: Rule): readonly string[] {
  return rule.statements.flatMap(statementLines);
}

const META_NAMES: Readonly<Record<string, string>> = {
  length: "len",
  ipsec: "secpath",
  random: "prandom",
  ibrname: "bri_iifname",
  obrname: "bri_oifname",
  ibrpvid: "bri_iifpvid",
  ibrvproto: "bri_iifvproto",
};

/** A value of the rule as a term; masks by constants become narrower fields. */
interface Evaluated {
  readonly term: Term;
  /** What to shift compared values by. */
  readonly shift: number;
}

function evaluate(expression: Expression): Evaluated {
  switch (expression.kind) {
    case "constant":
      return named(`<${expression.value.toString(16)}>`, expression.width);
    case "selector":
      return { term: selectorTerm(expression.id), shift: 0 };
    case "payload": {
      const base = { link: "ll", network: "nh", transport: "th", inner: "ih" }[expression.base];
      return {
        term: term({ kind: "payload", base, offset: expression.offset }, expression.width),
        shift: 0,
      };
    }
    case "binary":
      return evaluateBinary(expression);
    case "concatenation":
      return named(expression.parts.map((part) => text(part)).join(" . "), 0);
    case "lookup":
      return named(`(${text(expression.key)} map ${setText(expression.key, expression.map)})`, 32);
    case "fib": {
      const result = expression.result === "exists" ? "oif present" : expression.result;
      return named(`fib ${expression.flags.join(" . ")} ${result}`, 32);
    }
    case "generator": {
      const { source, modulus, offset, key, seed } = expression;
      if (source === "jhash" || source === "symhash") {
        const keyText = key === null ? "" : text(key);
        const seedText = source === "symhash" ? "none" : `0x${(seed ?? 0n).toString(16)}`;
        return named(`${source}(${keyText}) seed ${seedText} mod ${modulus} offset ${offset}`, 32);
      }
      const kind = source === "increment" ? "inc" : "random";
      return named(`numgen ${kind} mod ${modulus}${offset === 0n ? "" : ` offset ${offset}`}`, 32);
    }
    case "opaque":
      return named(expression.text, expression.width);
  }
}

function named(name: string, width: number): Evaluated {
  return { term: term({ kind: "name", name }, width), shift: 0 };
}

function text(expression: Expression): string {
  if (expression.kind === "concatenation") return expression.parts.map(text).join(" . ");
  return termText(evaluate(expression).term);
}

function selectorTerm(id: string): Term {
  const row = selectorRow(id);
  const { source, width } = row;
  const name = (value: string): Term => term({ kind: "name", name: value }, width);
  switch (source.kind) {
    case "payload": {
      const base = { link: "ll", network: "nh", transport: "th", inner: "ih" }[source.base];
      return term({ kind: "payload", base, offset: source.offset }, width);
    }
    case "meta":
      return name(`meta load ${META_NAMES[source.key] ?? source.key}`);
    case "conntrack": {
      const key = source.key
        .replace("l3proto", "l3protocol")
        .replace(/^ip saddr/, "src_ip")
        .replace(/^ip daddr/, "dst_ip")
        .replace(/^ip6 saddr/, "src_ip6")
        .replace(/^ip6 daddr/, "dst_ip6")
        .replace("-", "_");
      return name(`ct load ${key}${source.direction === null ? "" : `, dir ${source.direction}`}`);
    }
    case "extensionHeader":
      return optionTerm(`ipv6 ${source.header}`, source.offset, width);
    case "tcpOption":
      return optionTerm(`tcpopt ${source.option}`, source.offset, width);
    case "ipOption":
      return optionTerm(`ipv4 ${source.option}`, source.offset, width);
    case "route":
      return name(`rt load ${ROUTE_NAMES[source.key] ?? source.key}`);
    case "socket":
      return name(`socket load ${source.key}`);
    case "named":
      return name(source.key);
  }
}

const ROUTE_NAMES: Readonly<Record<string, string>> = {
  mtu: "tcpmss",
  "ip nexthop": "nexthop4",
  "ip6 nexthop": "nexthop6",
};

function optionTerm(base: string, offset: number | null, width: number): Term {
  if (offset === null) return term({ kind: "name", name: `${base} present` }, 8);
  return term({ kind: "payload", base, offset }, width);
}

/** A chain of and, or and xor with constants is `(x & a) ^ b`. */
function evaluateBinary(expression: Extract<Expression, { kind: "binary" }>): Evaluated {
  const { operator, left, right, width } = expression;
  if (right.kind !== "constant") return named(`(${text(left)} ${operator} ${text(right)})`, width);
  if (operator === "shiftLeft" || operator === "shiftRight") {
    const inner = evaluate(left);
    const sign = operator === "shiftLeft" ? "<<" : ">>";
    return {
      term: { ...inner.term, steps: `${inner.term.steps}${sign}${right.value}` },
      shift: inner.shift,
    };
  }
  let and = maximum(width);
  let xor = 0n;
  let inner: Expression = expression;
  const steps: { operator: string; value: bigint }[] = [];
  while (
    inner.kind === "binary" &&
    inner.right.kind === "constant" &&
    ["and", "or", "xor"].includes(inner.operator)
  ) {
    steps.unshift({ operator: inner.operator, value: inner.right.value });
    inner = inner.left;
  }
  for (const step of steps) {
    if (step.operator === "and") {
      and &= step.value;
      xor &= step.value;
    } else if (step.operator === "or") {
      and &= ~step.value;
      xor = (xor & ~step.value) | step.value;
    } else xor ^= step.value;
  }
  const base = evaluate(inner);
  if (xor === 0n) {
    const narrowed = narrow(base.term, and);
    return { term: narrowed.term, shift: base.shift + narrowed.shift };
  }
  return { term: { ...base.term, steps: `${base.term.steps}${maskText(and, xor)}` }, shift: 0 };
}

function shifted(ranges: readonly Range[], shift: number): Range[] {
  return ranges.map(({ from, to }) => ({ from: from >> BigInt(shift), to: to >> BigInt(shift) }));
}

function setText(key: Expression, reference: SetReference): string {
  if (reference.kind !== "anonymous") return `@${reference.name}`;
  const parts = key.kind === "concatenation" ? key.parts : [key];
  const shifts = parts.map((part) => evaluate(part).shift);
  return `{${reference.elements
    .map((element) => elementText(element, shifts))
    .sort()
    .join(",")}}`;
}

function elementText(element: SetElement, shifts: readonly number[]): string {
  const data =
    element.data === null
      ? ""
      : element.data.kind === "verdict"
        ? `:${verdictText(element.data.verdict)}`
        : ":data";
  if (element.catchAll) return `*${data}`;
  const key = element.key.map((range, i) => {
    const [only = range] = shifted([range], shifts[i] ?? 0);
    return rangeText(only);
  });
  return `${key.join(" . ")}${data}`;
}

function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case "jump":
    case "goto":
      return `${verdict.kind} ${verdict.chain}`;
    case "queue": {
      const { from, to } = verdict.numbers;
      return `queue num ${from === to ? from : `${from}-${to}`}${verdict.bypass ? " bypass" : ""}`;
    }
    default:
      return verdict.kind;
  }
}

function statementLines(statement: Statement): string[] {
  switch (statement.kind) {
    case "match": {
      const { left, test } = statement;
      if (test.kind === "ranges") {
        const { term: value, shift } = evaluate(left);
        return comparison(value, test.negated, shifted(test.ranges, shift));
      }
      const { set } = test;
      if (
        set.kind === "anonymous" &&
        left.kind !== "concatenation" &&
        !set.elements.some((element) => element.catchAll)
      ) {
        const { term: value, shift } = evaluate(left);
        const ranges = set.elements.flatMap((element) => element.key);
        return comparison(value, test.negated, shifted(ranges, shift));
      }
      return [`${text(left)} ${test.negated ? "not in" : "in"} ${setText(left, set)}`];
    }
    case "verdict":
      return [verdictText(statement.verdict)];
    case "verdictMap":
      return [`${text(statement.key)} vmap ${setText(statement.key, statement.map)}`];
    case "harmless":
    case "noEffect":
      return [];
    case "reject": {
      const { with: how } = statement;
      if (how.kind === "tcpReset") return ["reject type 1 code 0"];
      return [`reject type ${how.family === "both" ? 2 : 0} code ${how.code}`];
    }
    case "write":
      return [writeText(statement.target, statement.value)];
    case "nat":
      return [natText(statement)];
    case "tproxy": {
      const { family, address, port } = statement;
      const words = ["tproxy", family ?? ""];
      if (address !== null) words.push(`addr ${text(address)}`);
      if (port !== null) words.push(`port ${text(port)}`);
      return [words.join(" ").replace("  ", " ")];
    }
    case "notrack":
      return ["notrack"];
    case "limit": {
      if (statement.object !== null) return [`objref type 4 name ${statement.object}`];
      const { rate, burst, unit, over } = statement;
      const period =
        { 1000: "second", 60000: "minute", 3600000: "hour", 86400000: "day", 604800000: "week" }[
          statement.periodMs
        ] ?? "?";
      return [
        `limit rate ${rate}/${period} burst ${burst} type ${unit} flags ${over ? "0x1" : "0x0"}`,
      ];
    }
    case "quota":
      if (statement.object !== null) return [`objref type 2 name ${statement.object}`];
      return [
        `quota bytes ${statement.bytes} consumed ${statement.used} flags ${statement.over ? 1 : 0}`,
      ];
    case "connectionCount":
      return [`connlimit count ${statement.count} flags ${statement.over ? 1 : 0}`];
    case "ctObject":
      return [
        `objref type ${{ helper: 3, timeout: 7, expectation: 9 }[statement.what]} name ${statement.name}`,
      ];
    case "objectReference": {
      const types = {
        counter: 1,
        quota: 2,
        ctHelper: 3,
        limit: 4,
        ctTimeout: 7,
        secmark: 8,
        ctExpectation: 9,
        synproxy: 10,
      };
      if (statement.lookup !== null) {
        const { key, map } = statement.lookup;
        return [`objref ${text(key)} set ${map.kind === "named" ? map.name : "__map%d"}`];
      }
      return [`objref type ${types[statement.object]} name ${statement.name}`];
    }
    case "dynamicSet": {
      const { operation, set, key, data, timeoutMs, statements } = statement;
      const inner = statements.map((each) => `[ ${statementLines(each).join("; ") || "counter"} ]`);
      return [
        [
          `dynset ${operation} ${text(key)} set ${set}`,
          data === null ? "" : ` s ${text(data)}`,
          timeoutMs === null ? "" : ` timeout ${timeoutMs}ms`,
          inner.map((each) => ` expr ${each}`).join(""),
        ].join(""),
      ];
    }
    default:
      return ["text" in statement ? `${statement.kind} ${statement.text}` : statement.kind];
  }
}

function writeText(target: string, value: Expression): string {
  const { source, width } = selectorTerm(target);
  if (source.kind === "payload")
    return `write ${source.base}+${source.offset}/${width} = ${text(value).replace(/^<(.*)>$/, "$1")}`;
  return `${source.name.replace(" load ", " set ")} with ${text(value)}`;
}

function natText(statement: NatStatement): string {
  const { type, family, address, port, random, persistent } = statement;
  const words: string[] = [];
  const range = (name: string, { from, to }: Range) => {
    words.push(`${name}_min <${from.toString(16)}>`);
    if (from !== to) words.push(`${name}_max <${to.toString(16)}>`);
  };
  if (address?.kind === "range") range("addr", address.range);
  else if (address !== null) {
    words.push(`addr_min ${text(address.expression)}`);
    if (address.withPort) words.push("proto_min of the map");
  }
  if (port?.kind === "range") range("proto", port.range);
  else if (port !== null) words.push(`proto_min ${text(port.expression)}`);
  if (random) words.push("random");
  if (persistent) words.push("persistent");
  const head =
    type === "masquerade" ? "masq" : type === "redirect" ? "redir" : `nat ${type} ${family ?? "?"}`;
  return [head, ...words].join(" ");
}
