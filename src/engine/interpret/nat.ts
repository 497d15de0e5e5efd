import { interfaceNameValue } from "../base/interfaceName.ts";
import type { Range } from "../base/range.ts";
import type { Table } from "../device/device.ts";
import type { HostAddress } from "../device/host.ts";
import type { NatStatement } from "../device/statement.ts";
import { evaluate } from "./evaluate.ts";
import { lookupRoute } from "./routing.ts";
import { type Connection, reverse, type Tuple } from "./tracking.ts";
import { hasPorts, isEcho, readAddress, rewriteEnd, rewriteQuoted, targetTuple } from "./tuples.ts";
import { known, unknown, type Value } from "./value.ts";
import { freshKey, type Walk } from "./walk.ts";

/**
 * `unused`: the statement is not for this packet's family, and the rule goes on; `absent`: its map has no
 * element, which ends the rule; `full`: no port, or no address, is left (drop).
 */
export type NatResult = "done" | "unused" | "absent" | "full";

/** Sets the mapping of a new connection up, and rewrites the packet. */
export function applyNat(walk: Walk, table: Table, statement: NatStatement): NatResult {
  const { tracking } = walk;
  if (statement.family !== null && statement.family !== walk.wire.family)
    return asksOtherFamily(walk, table, statement) ? "absent" : "unused";
  if (tracking.kind !== "tracked") return "done";
  const manipulates = manipulation(walk, statement);
  if (statement.type === "redirect" && hasNoAddressInScope(walk)) return "full";
  const target = mappedEnd(walk, table, statement, manipulates);
  if (target === null) return "absent";
  const result = bind(walk, tracking.connection, manipulates, target, statement);
  if (statement.type === "masquerade" && walk.out?.kind === "known")
    tracking.connection.masqueradedBy = walk.out.value;
  return result;
}

/** What the address is looked up by comes before the question of the family. */
function asksOtherFamily(walk: Walk, table: Table, { address }: NatStatement): boolean {
  if (address?.kind !== "expression") return false;
  const key = address.expression.kind === "lookup" ? address.expression.key : null;
  const parts = key?.kind === "concatenation" ? key.parts : key === null ? [] : [key];
  const other = walk.wire.family === "ip" ? "ip6 " : "ip ";
  if (parts.some((part) => part.kind === "selector" && part.id.startsWith(other))) return true;
  return evaluate(walk, table, address.expression).kind === "absent";
}

/** Source in postrouting and input, destination in prerouting and output. */
export function manipulation(walk: Walk, statement: NatStatement | null): "source" | "destination" {
  if (statement?.type === "dnat" || statement?.type === "redirect") return "destination";
  if (statement?.type === "snat" || statement?.type === "masquerade") return "source";
  return walk.hook === "prerouting" || walk.hook === "output" ? "destination" : "source";
}

interface End {
  readonly address: Value;
  /** Null: the port stays where it can. */
  readonly port: Value | null;
  /** Ports to choose from where `port` is taken; null: any. */
  readonly ports: Range | null;
}

function mappedEnd(
  walk: Walk,
  table: Table,
  statement: NatStatement,
  which: "source" | "destination",
): End | null {
  const port = mappedPort(walk, table, statement);
  const ports = statement.port?.kind === "range" ? statement.port.range : null;
  if (statement.type === "netmap") return { address: netmap(walk, statement, which), port, ports };
  if (statement.address === null) {
    const address =
      statement.type === "masquerade"
        ? interfaceAddress(walk, "out")
        : statement.type === "redirect"
          ? redirectAddress(walk)
          : readAddress(walk, which);
    return { address, port, ports };
  }
  if (statement.address.kind === "range")
    return {
      address: oneOf(walk, statement.address.range, addressWidth(walk), "address"),
      port,
      ports,
    };
  const value = evaluate(walk, table, statement.address.expression);
  if (value.kind === "absent") return null;
  if (!statement.address.withPort) return { address: value, port, ports };
  if (value.kind !== "known") return { address: value, port: unknownPort(walk), ports };
  return {
    address: known(value.value >> 16n, addressWidth(walk)),
    port: known(value.value & 0xffffn, 16),
    ports,
  };
}

function addressWidth(walk: Walk): number {
  return walk.wire.family === "ip" ? 32 : 128;
}

function unknownPort(walk: Walk): Value {
  return unknown(freshKey(walk, "nat port"), 16, "port chosen by NAT", "unknown");
}

function mappedPort(walk: Walk, table: Table, statement: NatStatement): Value | null {
  if (statement.port === null || !hasPorts(walk)) return null;
  if (statement.port.kind === "expression") {
    const value = evaluate(walk, table, statement.port.expression);
    return value.kind === "absent" ? null : value;
  }
  const { from, to } = statement.port.range;
  if (from === to) return known(from, 16);
  const current = currentPort(walk, manipulation(walk, statement));
  const keeps = current.kind === "known" && from <= current.value && current.value <= to;
  if (keeps && !statement.random && manipulation(walk, statement) === "source") return null;
  return oneOf(walk, statement.port.range, 16, "port");
}

function currentPort(walk: Walk, which: "source" | "destination"): Value {
  if (walk.tracking.kind !== "tracked") return known(0n, 16);
  const tuple = targetTuple(walk.tracking.connection, "original");
  return which === "source" ? tuple.sourcePort : tuple.destinationPort;
}

/** One of a range: nobody knows which, unless there is only one. */
function oneOf(walk: Walk, range: Range, width: number, label: string): Value {
  if (range.from === range.to) return known(range.from, width);
  const value = unknown(freshKey(walk, `nat ${label}`), width, `${label} chosen by NAT`, "unknown");
  if (value.kind === "unknown") walk.choices.restrict(value.variable, [range]);
  return value;
}

/** The network part comes from the rule, the host part stays. */
function netmap(walk: Walk, statement: NatStatement, which: "source" | "destination"): Value {
  const current = readAddress(walk, which);
  if (statement.address?.kind !== "range" || current.kind !== "known") return current;
  const { from, to } = statement.address.range;
  const host = from ^ to;
  return known((from & ~host) | (current.value & host), addressWidth(walk));
}

function redirectAddress(walk: Walk): Value {
  if (walk.hook !== "output") return interfaceAddress(walk, "in");
  return walk.wire.family === "ip" ? known(0x7f000001n, 32) : known(1n, 128);
}

/** Scopes of addresses as flags (IPV6_ADDR_SCOPE_MASK); global addresses have none. */
const SCOPE = { loopback: 0x10, link: 0x20, site: 0x40, compatible: 0x80 } as const;

function scopeOf(address: bigint): number {
  if (address >> 120n === 0xffn) {
    const scope = (address >> 112n) & 15n;
    return scope === 1n
      ? SCOPE.loopback
      : scope === 2n
        ? SCOPE.link
        : scope === 5n
          ? SCOPE.site
          : 0;
  }
  if (address >> 118n === 0xfe80n >> 6n) return SCOPE.link;
  if (address >> 118n === 0xfec0n >> 6n) return SCOPE.site;
  if (address >> 32n !== 0n || address === 0n) return 0;
  return address === 1n ? SCOPE.loopback : SCOPE.compatible;
}

/** IPv6 redirects to an address of the destination's scope, or drops (nf_nat_redirect_ipv6). */
function hasNoAddressInScope(walk: Walk): boolean {
  if (walk.wire.family === "ip" || walk.hook === "output") return false;
  const own = addressesOn(walk, walk.in);
  const destination = readAddress(walk, "destination");
  if (own.length === 0 || destination.kind !== "known") return false;
  const scope = scopeOf(destination.value);
  return scope !== 0 && !own.some(({ address }) => (scopeOf(address) & scope) !== 0);
}

function addressesOn({ host, wire }: Walk, name: Value | null): readonly HostAddress[] {
  return (host?.addresses ?? []).filter(
    (address) =>
      address.family === wire.family &&
      name?.kind === "known" &&
      interfaceNameValue(address.interface) === name.value,
  );
}

/** First address of the interface, or the one that the route prefers (inet_select_addr). */
function interfaceAddress(walk: Walk, side: "in" | "out"): Value {
  const name = side === "in" ? walk.in : walk.out;
  const { host } = walk;
  const { family } = walk.wire;
  const label = `address of ${side === "in" ? "the incoming" : "the outgoing"} interface`;
  const first = addressesOn(walk, name)[0] ?? elsewhere(walk, side);
  if (host === null || first === undefined)
    return unknown(label, addressWidth(walk), label, "unknown");
  const destination = readAddress(walk, "destination");
  if (side === "out" && destination.kind === "known") {
    const question = { family, destination: destination.value, source: null, mark: 0n, in: null };
    const preferred = lookupRoute(host, question)?.preferredSource;
    if (preferred != null) return known(preferred, addressWidth(walk));
  }
  return known(first.address, addressWidth(walk));
}

/** IPv4 takes the first address of another device where its own has none that goes far (inet_select_addr). */
function elsewhere({ host, wire }: Walk, side: "in" | "out"): HostAddress | undefined {
  if (side === "in" || wire.family === "ip6") return undefined;
  return host?.addresses?.find(
    ({ family, interface: name }) => family === "ip" && name !== "" && name !== "lo",
  );
}

/** Chooses a free tuple, remembers it in the connection and rewrites the packet. */
function bind(
  walk: Walk,
  connection: Connection,
  which: "source" | "destination",
  end: End,
  statement: NatStatement,
): NatResult {
  const current = targetTuple(connection, "original");
  const portKey = which === "source" ? "sourcePort" : "destinationPort";
  const wanted: Tuple = {
    ...current,
    [which]: end.address,
    [portKey]: end.port ?? current[portKey],
  };
  const chosen = freeTuple(walk, connection, wanted, which, end, statement);
  if (chosen === null) return "full";
  connection.reply = reverse(chosen);
  const changed = !sameEnd(current, chosen, which);
  if (which === "source") {
    connection.sourceNat = changed;
    connection.sourceDone = true;
  } else {
    connection.destinationNat = changed;
    connection.destinationDone = true;
  }
  rewriteEnd(walk, which, chosen);
  return "done";
}

function sameEnd(a: Tuple, b: Tuple, which: "source" | "destination"): boolean {
  const port = which === "source" ? "sourcePort" : "destinationPort";
  return sameValue(a[which], b[which]) && sameValue(a[port], b[port]);
}

/** An unknown is the same as itself alone. */
function sameValue(a: Value, b: Value): boolean {
  if (a.kind === "known") return b.kind === "known" && a.value === b.value;
  return a.kind === "unknown" && b.kind === "unknown" && a.variable.key === b.variable.key;
}

/** Ports that source NAT stays within (nf_nat_l4proto_unique_tuple). */
function portClass(port: bigint): Range {
  if (port < 512n) return { from: 1n, to: 511n };
  return port < 1024n ? { from: 600n, to: 1023n } : { from: 1024n, to: 65535n };
}

/** Null where every port is in use. */
function freeTuple(
  walk: Walk,
  connection: Connection,
  wanted: Tuple,
  which: "source" | "destination",
  end: End,
  statement: NatStatement | null,
): Tuple | null {
  if (which === "destination" || walk.memory === null) {
    if (statement?.random === true && which === "source" && (hasPorts(walk) || isEcho(walk)))
      return { ...wanted, sourcePort: unknownPort(walk) };
    return wanted;
  }
  if (statement?.random === true && (hasPorts(walk) || isEcho(walk)))
    return { ...wanted, sourcePort: unknownPort(walk) };
  if (wanted.sourcePort.kind === "known" && isFree(walk, connection, wanted)) return wanted;
  if (wanted.sourcePort.kind !== "known" && end.ports === null) return wanted;
  /* Nothing to choose from: the clash is found when the connection is confirmed. */
  if (!hasPorts(walk) && !isEcho(walk)) return wanted;
  const current =
    wanted.sourcePort.kind === "known" ? wanted.sourcePort.value : (end.ports?.from ?? 1n);
  const range = end.ports ?? portClass(current);
  const free: bigint[] = [];
  for (let port = range.from; port <= range.to && free.length < 2; port++) {
    if (isFree(walk, connection, { ...wanted, sourcePort: known(port, 16) })) free.push(port);
  }
  const [only, another] = free;
  if (only === undefined) return null;
  if (another === undefined) return { ...wanted, sourcePort: known(only, 16) };
  return { ...wanted, sourcePort: oneOf(walk, range, 16, "port") };
}

function isFree(walk: Walk, connection: Connection, tuple: Tuple): boolean {
  return walk.memory?.isTaken(reverse(tuple), connection.zones, connection) !== true;
}

/** No rule of the NAT chains took the packet: it keeps its header where nobody else has it. */
export function bindUnchanged(
  walk: Walk,
  connection: Connection,
  which: "source" | "destination",
): NatResult {
  const current = targetTuple(connection, "original");
  const end = { address: current[which], port: null, ports: null };
  const chosen = freeTuple(walk, connection, current, which, end, null);
  if (chosen === null) return "full";
  if (!sameEnd(current, chosen, which)) {
    connection.reply = reverse(chosen);
    connection.sourceNat = true;
    rewriteEnd(walk, which, chosen);
  }
  if (which === "source") connection.sourceDone = true;
  else connection.destinationDone = true;
  return "done";
}

/** Rewrites a packet of a connection whose mapping is already there (nf_nat_packet). */
export function translate(walk: Walk, which: "source" | "destination"): void {
  if (walk.tracking.kind !== "tracked") return;
  const { connection, direction } = walk.tracking;
  /* For replies the manipulations change places: undoing source NAT rewrites the destination. */
  const undone = direction === "original" ? which : which === "source" ? "destination" : "source";
  const isOn = undone === "source" ? connection.sourceNat : connection.destinationNat;
  if (!isOn) return;
  rewriteQuoted(
    walk,
    undoneEnd(which),
    connection[direction === "original" ? "reply" : "original"],
  );
  rewriteEnd(walk, which, targetTuple(connection, direction));
}

/** What an error quotes went the other way, so its other end is changed (nf_nat_icmp_reply_translation). */
function undoneEnd(which: "source" | "destination"): "source" | "destination" {
  return which === "source" ? "destination" : "source";
}
