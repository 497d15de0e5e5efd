import { protocolName } from "../base/names/protocols.ts";
import type { TableFamily } from "../device/device.ts";
import type { Expression } from "../device/expression.ts";
import type { Statement } from "../device/statement.ts";
import {
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  PROTOCOL,
  SELECTORS,
  type SelectorNeed,
} from "../packet/selectors/index.ts";

/** A statement of a rule in the order of nft's listing. */
export interface Listed {
  readonly statement: Statement;
  /** False: nft leaves it out, since others say the same. */
  readonly isTold: boolean;
}

/**
 * The statements as nft lists them. A match that asks for a protocol alone, whoever wrote it, is left out where a
 * field behind it says the same and nothing but matches stands between; what a reject has asked for stands in front.
 */
export function inListingOrder(
  statements: readonly Statement[],
  family: TableFamily,
): readonly Listed[] {
  const ordered = withNeedInFront(statements);
  const last = ordered.findIndex(({ kind }) => kind === "reject");
  const reject = ordered[last];
  return ordered.map((statement, at) => {
    const behind = ordered.slice(at + 1);
    const isNeed = reject?.kind === "reject" && at < last && isNeedOf(reject, statement);
    const isLeftOut =
      isSaidBehind(statement, behind, family) ||
      (isNeed && isNeedless(statement, ordered.slice(at + 1, last), family));
    return { statement, isTold: !isLeftOut };
  });
}

function withNeedInFront(statements: readonly Statement[]): readonly Statement[] {
  const last = statements.findIndex(({ kind }) => kind === "reject");
  const reject = statements[last];
  const need = statements[last - 1];
  if (reject?.kind !== "reject" || need?.kind !== "match") return statements;
  if (!need.implied || !isNeedOf(reject, need)) return statements;
  return [need, ...statements.toSpliced(last - 1, 1)];
}

type Reject = Extract<Statement, { kind: "reject" }>;

/** Whether a match is what nft puts in front of a reject. */
function isNeedOf({ with: how }: Reject, one: Statement): boolean {
  if (one.kind !== "match" || one.left.kind !== "selector" || one.test.kind !== "ranges")
    return false;
  const [range] = one.test.ranges;
  if (one.test.negated || range === undefined || range.from !== range.to) return false;
  if (how.kind === "tcpReset") return one.left.id === "meta l4proto" && range.from === TCP;
  const version = how.family === "ip" ? NFPROTO_IPV4 : NFPROTO_IPV6;
  return how.family !== "both" && one.left.id === "meta nfproto" && range.from === version;
}

const TCP = 6n;

/** nft 1.0.6 leaves it out where matches alone stand between; in tables of both families not that for TCP (measured). */
function isNeedless(need: Statement, between: readonly Statement[], family: TableFamily): boolean {
  if (need.kind !== "match") return false;
  const { left } = need;
  const isTcp = left.kind === "selector" && left.id === "meta l4proto";
  if (isTcp && family !== "ip" && family !== "ip6") return false;
  return between.every(({ kind }) => kind === "match");
}

/** Keys that settle the protocol of a layer. */
const SETTLING: ReadonlyMap<string, SelectorNeed["id"]> = new Map([
  ["meta l4proto", "meta l4proto"],
  ["meta nfproto", "meta nfproto"],
  ["meta protocol", "meta nfproto"],
  ["ct l3proto", "meta nfproto"],
]);

const ETHER_TYPES: ReadonlyMap<bigint, bigint> = new Map([
  [0x0800n, NFPROTO_IPV4],
  [0x86ddn, NFPROTO_IPV6],
]);

/** Whether nft leaves a match of a protocol out. */
function isSaidBehind(one: Statement, behind: readonly Statement[], family: TableFamily): boolean {
  if (one.kind !== "match" || one.left.kind !== "selector" || one.test.kind !== "ranges")
    return false;
  const { id } = one.left;
  const need = SETTLING.get(id);
  const [range] = one.test.ranges;
  if (need === undefined || range === undefined || range.from !== range.to || one.test.negated)
    return one.implied && !/^icmp/.test(id);
  const value = id === "meta protocol" ? ETHER_TYPES.get(range.from) : range.from;
  if (id !== "ct l3proto" && need === "meta nfproto" && value === OWN_FAMILY[family]) return true;
  if (id === "meta protocol" || value === undefined) return false;
  for (const other of behind) {
    if (readsOf(other).some((read) => asks(read, { id: need, value }))) return true;
    if (need === "meta nfproto" && isIcmpOf(other, value)) return true;
    if (other.kind !== "match") return false;
  }
  return false;
}

/** ICMP is of one family, so that nft does not tell that. */
function isIcmpOf(one: Statement, version: bigint): boolean {
  if (one.kind !== "match" || one.left.kind !== "selector" || one.test.kind !== "ranges")
    return false;
  const [range] = one.test.ranges;
  const protocol = version === NFPROTO_IPV4 ? PROTOCOL.icmp : PROTOCOL.icmpv6;
  return (
    one.left.id === "meta l4proto" &&
    !one.test.negated &&
    range?.from === BigInt(protocol) &&
    range.to === range.from
  );
}

/** Whether a field is of the protocol, or of any with ports where that one has them. */
function asks(read: string, { id, value }: SelectorNeed): boolean {
  if (id === "meta l4proto" && /^th [sd]port$/.test(read))
    return PORTED.includes(protocolName(Number(value)) ?? "");
  if (id === "meta nfproto" && read === "ct protocol") return true;
  const needs = SELECTORS.get(read)?.needs ?? [];
  return needs.some((wanted) => wanted.id === id && wanted.value === value);
}

const OWN_FAMILY: Readonly<Partial<Record<TableFamily, bigint>>> = {
  ip: NFPROTO_IPV4,
  ip6: NFPROTO_IPV6,
};

/** Protocols whose headers begin with ports. */
const PORTED: readonly string[] = ["tcp", "udp", "udplite", "sctp", "dccp"];

/** What the statements have settled about the transport protocol, where it has ports. */
export function protocolBefore(statements: readonly Statement[]): string | null {
  for (const statement of statements) {
    const found = readsOf(statement).filter((id) => !id.includes(" option "));
    const named = found.map((id) => id.split(" ")[0] ?? "").find((word) => PORTED.includes(word));
    if (named !== undefined) return named;
    if (statement.kind !== "match" || statement.test.kind !== "ranges") continue;
    const { left, test } = statement;
    const [range] = test.ranges;
    const settles =
      left.kind === "selector" && /^(meta l4proto|ip protocol|ip6 nexthdr)$/.test(left.id);
    if (!settles || test.negated || range === undefined || range.from !== range.to) continue;
    const name = protocolName(Number(range.from));
    if (name !== null && PORTED.includes(name)) return name;
  }
  return null;
}

/** Selectors that a statement asks for or writes. */
function readsOf(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case "match":
      return selectorsIn(statement.left);
    case "verdictMap":
      return selectorsIn(statement.key);
    case "write":
      return [statement.target, ...selectorsIn(statement.value)];
    case "dynamicSet":
      return [
        ...selectorsIn(statement.key),
        ...(statement.data ? selectorsIn(statement.data) : []),
      ];
    case "nat": {
      const { address, port } = statement;
      return [
        ...(address?.kind === "expression" ? selectorsIn(address.expression) : []),
        ...(port?.kind === "expression" ? selectorsIn(port.expression) : []),
      ];
    }
    case "objectReference":
      return statement.lookup === null ? [] : selectorsIn(statement.lookup.key);
    default:
      return [];
  }
}

function selectorsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "selector":
      return [expression.id];
    case "binary":
      return [...selectorsIn(expression.left), ...selectorsIn(expression.right)];
    case "concatenation":
      return expression.parts.flatMap(selectorsIn);
    case "lookup":
      return selectorsIn(expression.key);
    case "generator":
      return expression.key === null ? [] : selectorsIn(expression.key);
    default:
      return [];
  }
}
