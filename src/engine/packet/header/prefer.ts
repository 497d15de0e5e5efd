import { parseIpv4, parseIpv6 } from "../../base/address.ts";
import { single } from "../../base/range.ts";
import { type Assignment, FALSE, type Node, pickOne, TRUE } from "../../bdd/index.ts";
import { PROTOCOL } from "../selectors/index.ts";
import type { HeaderLayout, Space } from "./layout.ts";
import { rangesOver } from "./rangesOver.ts";
import { STATE_CODES } from "./stateCodes.ts";

/**
 * The member of a set that a reader knows best: a new TCP connection over IPv4 between ordinary
 * hosts from an ordinary port, as far as the set has such packets. Null: the set is empty.
 */
export function pickReadable(layout: HeaderLayout, set: Node): Assignment | null {
  const { arena } = layout;
  if (set === FALSE) return null;
  /* Wishes alone are small. To cut the set itself by each took most of the time of a diff of 5,000 rules. */
  let granted: Node = TRUE;
  for (const wish of wishes(layout)) {
    const more = arena.and(granted, wish());
    if (more !== granted && arena.intersects(set, more)) granted = more;
  }
  return pickOne(arena, arena.and(set, granted));
}

type Wish = () => Node;

const SYN = 2n;
const ACK = 16n;
const ECHO_REQUEST = 8n;
const ECHO_REQUEST6 = 128n;
const EPHEMERAL_PORT = 40000n;
const USUAL_PORTS: readonly bigint[] = [25n, 443n, 80n, 53n, 22n];
const USUAL_TTL = 64n;

/** Addresses of documentation (RFC 5737, RFC 3849) and private ones, most wanted first. */
const SOURCES4 = ["10.0.0.5", "192.168.1.5", "192.0.2.5", "198.51.100.5"];
const TARGETS4 = ["198.51.100.7", "192.0.2.7", "203.0.113.7", "10.0.0.7"];
const SOURCES6 = ["2001:db8::5", "fd00::5", "fe80::5"];
const TARGETS6 = ["2001:db8:1::7", "fd00::7", "ff02::1"];

/** In order of weight: an earlier wish is never given up for a later one. */
function wishes(layout: HeaderLayout): readonly Wish[] {
  const { arena } = layout;
  const equals = (space: Space, from: number, width: number, value: bigint): Wish => {
    const levels = layout.levelsAt(space, from, width).filter((level) => level !== null);
    if (levels.length < width) return () => 1;
    const bits = () => levels.map((level) => arena.variable(level));
    return () => rangesOver(arena, bits(), [single(value)]);
  };
  const address = (text: string, v6: boolean) => (v6 ? parseIpv6(text) : parseIpv4(text)) ?? 0n;
  /** A wish for some packets only. */
  const where =
    (some: () => Node, wish: Wish): Wish =>
    () =>
      arena.or(arena.not(some()), wish());
  const isPorted = () =>
    [PROTOCOL.tcp, PROTOCOL.udp].reduce<Node>(
      (all, protocol) => arena.or(all, equals("protocol", 0, 8, BigInt(protocol))()),
      FALSE,
    );
  const isFour = equals("family", 0, 1, 0n);
  const tcpFlags = (value: bigint) => equals("transport", 104, 8, value);
  const unknowns = layout.flags.map(
    ({ level }) =>
      () =>
        arena.not(arena.variable(level)),
  );
  return [
    ...unknowns,
    equals("family", 0, 1, 0n),
    equals("state", 0, 3, BigInt(STATE_CODES.new)),
    equals("state", 0, 3, BigInt(STATE_CODES.established)),
    equals("direction", 0, 1, 0n),
    equals("protocol", 0, 8, BigInt(PROTOCOL.tcp)),
    equals("protocol", 0, 8, BigInt(PROTOCOL.udp)),
    equals("protocol", 0, 8, BigInt(PROTOCOL.icmp)),
    () => {
      const echo = equals("transport", 0, 8, ECHO_REQUEST)();
      const isIcmp = equals("protocol", 0, 8, BigInt(PROTOCOL.icmp))();
      return arena.or(arena.not(isIcmp), echo);
    },
    () => {
      const echo = equals("transport", 0, 8, ECHO_REQUEST6)();
      const isIcmp = equals("protocol", 0, 8, BigInt(PROTOCOL.icmpv6))();
      return arena.or(arena.not(isIcmp), echo);
    },
    ...USUAL_PORTS.map((port) => where(isPorted, equals("transport", 16, 16, port))),
    where(isPorted, equals("transport", 0, 16, EPHEMERAL_PORT)),
    () => arena.and(equals("state", 0, 3, BigInt(STATE_CODES.new))(), tcpFlags(SYN)()),
    tcpFlags(ACK),
    equals("network4", 64, 8, USUAL_TTL),
    equals("network6", 56, 8, USUAL_TTL),
    ...SOURCES4.map((text) => where(isFour, equals("saddr", 0, 32, address(text, false)))),
    ...TARGETS4.map((text) => where(isFour, equals("daddr", 0, 32, address(text, false)))),
    ...SOURCES6.map((text) => equals("saddr", 0, 128, address(text, true))),
    ...TARGETS6.map((text) => equals("daddr", 0, 128, address(text, true))),
    ...lastBits(layout, "saddr"),
    ...lastBits(layout, "daddr"),
  ];
}

/** A host's address rather than that of its network: 1 in the last bit, 0 in those before. */
function lastBits(layout: HeaderLayout, space: Space): readonly Wish[] {
  const { arena } = layout;
  return [31, 127].flatMap((bit) => {
    const [level] = layout.levelsAt(space, bit, 1);
    return level == null ? [] : [() => arena.variable(level)];
  });
}
