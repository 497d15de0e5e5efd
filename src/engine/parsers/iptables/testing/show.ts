import { formatIpv4, formatIpv6 } from "../../../base/address.ts";
import { formatInterfaceName } from "../../../base/interfaceName.ts";
import type { Range } from "../../../base/range.ts";
import type { Expression, SetReference, Test } from "../../../device/expression.ts";
import type { NatStatement, Statement, Verdict } from "../../../device/statement.ts";
import { SELECTORS } from "../../../packet/selectors/index.ts";

/** Statements in one line, so that a test case is one line. Implied ones stand in parentheses. */
export function showStatements(statements: readonly Statement[]): string {
  return statements.map(showStatement).join("; ");
}

function showStatement(statement: Statement): string {
  switch (statement.kind) {
    case "match": {
      const absent = statement.whenAbsent === undefined ? "" : ` absent ${statement.whenAbsent}`;
      const text = `${showExpression(statement.left)} ${showTest(statement.test, statement.left)}${absent}`;
      return statement.implied ? `(${text})` : text;
    }
    case "verdict":
      return showVerdict(statement.verdict);
    case "verdictMap":
      return `${showExpression(statement.key)} vmap ${showReference(statement.map, [])}`;
    case "reject":
      return statement.with.kind === "tcpReset"
        ? "reject reset"
        : `reject ${statement.with.family} ${statement.with.code}`;
    case "write": {
      const lowers = statement.lowersOnly === true ? " at most" : "";
      return `${statement.target} :=${lowers} ${showExpression(statement.value)}`;
    }
    case "nat":
      return showNat(statement);
    case "notrack":
      return "notrack";
    case "opaqueMatch":
      return `${statement.negated ? "! " : ""}<${statement.text}>`;
    case "harmless":
      return `${statement.what}`;
    default:
      return JSON.stringify(statement, (key, value: unknown) =>
        key === "span" ? undefined : typeof value === "bigint" ? Number(value) : value,
      ).replaceAll('"', "");
  }
}

function showVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "jump":
    case "goto":
      return `${verdict.kind} ${verdict.chain}`;
    case "queue":
      return `queue ${showRange(verdict.numbers, "integer")}${verdict.bypass ? " bypass" : ""}`;
    default:
      return verdict.kind;
  }
}

function showNat(statement: NatStatement): string {
  const { address, port, family } = statement;
  const type = family === "ip6" ? "ipv6_addr" : "ipv4_addr";
  return [
    statement.type,
    address?.kind === "range" ? showRange(address.range, type) : "",
    port?.kind === "range" ? `port ${showRange(port.range, "integer")}` : "",
    statement.portBase === undefined ? "" : `base ${statement.portBase}`,
    statement.random ? "random" : "",
    statement.persistent ? "persistent" : "",
  ]
    .filter((word) => word !== "")
    .join(" ");
}

export function showExpression(expression: Expression): string {
  switch (expression.kind) {
    case "constant":
      return `0x${expression.value.toString(16)}`;
    case "selector":
      return expression.id;
    case "payload":
      return `@${expression.base},${expression.offset},${expression.width}`;
    case "binary":
      return `(${showExpression(expression.left)} ${expression.operator} ${showExpression(expression.right)})`;
    case "concatenation":
      return expression.parts.map(showExpression).join(" . ");
    case "fib":
      return `fib ${expression.flags.join(" . ")} ${expression.result}`;
    case "lookup":
      return `${showExpression(expression.key)} map`;
    case "generator":
      return expression.source;
    case "opaque":
      return `<${expression.text}>`;
  }
}

function showTest(test: Test, left: Expression): string {
  const not = test.negated ? "!" : "";
  if (test.kind === "set") {
    const types = left.kind === "concatenation" ? left.parts.map(typeOf) : [typeOf(left)];
    return `${not}in ${showReference(test.set, types)}`;
  }
  if (test.ranges.length === 0) return `${not}in nothing`;
  return `${not}= ${test.ranges.map((range) => showRange(range, typeOf(left))).join(",")}`;
}

function showReference(set: SetReference, types: readonly string[]): string {
  if (set.kind === "named") return `@${set.name}`;
  if (set.kind === "ipset") {
    const flag = set.returnNomatch === true ? " nomatch" : "";
    return `${set.name}(${set.directions.join(",")})${flag}`;
  }
  const elements = set.elements.map(({ key, data }) => {
    const parts = key.map((range, i) => showRange(range, types[i] ?? "integer")).join(" . ");
    return data?.kind === "verdict" ? `${parts}: ${showVerdict(data.verdict)}` : parts;
  });
  return `{${elements.join(", ")}}`;
}

function typeOf(expression: Expression): string {
  return expression.kind === "selector"
    ? (SELECTORS.get(expression.id)?.type ?? "integer")
    : expression.kind === "binary"
      ? typeOf(expression.left)
      : "integer";
}

function showRange({ from, to }: Range, type: string): string {
  if (from === to) return showValue(from, type);
  if (type === "ifname") return `${formatInterfaceName(from)}*`;
  return `${showValue(from, type)}-${showValue(to, type)}`;
}

function showValue(value: bigint, type: string): string {
  switch (type) {
    case "ipv4_addr":
      return formatIpv4(value);
    case "ipv6_addr":
      return formatIpv6(value);
    case "ifname":
    case "string":
      return formatInterfaceName(value);
    default:
      return String(value);
  }
}
