import { parseIpv4, parseIpv6 } from "../../base/address.ts";
import type { Assignment } from "../../bdd/index.ts";
import { PROTOCOL } from "../selectors/index.ts";
import type { HeaderLayout, Space } from "./layout.ts";
import { STATE_CODES } from "./stateCodes.ts";

/** What a reader would like a packet to be. */
export interface Wish {
  /** It is for packets that have all of one of these; null: for all packets. */
  readonly when: readonly Assignment[] | null;
  readonly want: Assignment;
}

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
export function wishes(layout: HeaderLayout): readonly Wish[] {
  const equals = (space: Space, from: number, width: number, value: bigint): Assignment =>
    assignmentOf(layout, space, from, width, value);
  const isProtocol = (number: number) => equals("protocol", 0, 8, BigInt(number));
  const isPorted = [PROTOCOL.tcp, PROTOCOL.udp].map(isProtocol);
  const isFour = [equals("family", 0, 1, 0n)];
  const isNew = equals("state", 0, 3, BigInt(STATE_CODES.new));
  const isFlagged = (value: bigint) => equals("transport", 104, 8, value);
  const four = (space: Space, texts: readonly string[]) =>
    texts.map((text) => where(isFour, equals(space, 0, 32, parseIpv4(text) ?? 0n)));
  const six = (space: Space, texts: readonly string[]) =>
    texts.map((text) => always(equals(space, 0, 128, parseIpv6(text) ?? 0n)));
  return [
    ...layout.flags.map(({ level }) => always(new Map([[level, false]]))),
    always(equals("family", 0, 1, 0n)),
    always(isNew),
    always(equals("state", 0, 3, BigInt(STATE_CODES.established))),
    always(equals("direction", 0, 1, 0n)),
    ...[PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.icmp].map((number) => always(isProtocol(number))),
    where([isProtocol(PROTOCOL.icmp)], equals("transport", 0, 8, ECHO_REQUEST)),
    where([isProtocol(PROTOCOL.icmpv6)], equals("transport", 0, 8, ECHO_REQUEST6)),
    ...USUAL_PORTS.map((port) => where(isPorted, equals("transport", 16, 16, port))),
    where(isPorted, equals("transport", 0, 16, EPHEMERAL_PORT)),
    always(new Map([...isNew, ...isFlagged(SYN)])),
    always(isFlagged(ACK)),
    always(equals("network4", 64, 8, USUAL_TTL)),
    always(equals("network6", 56, 8, USUAL_TTL)),
    ...four("saddr", SOURCES4),
    ...four("daddr", TARGETS4),
    ...six("saddr", SOURCES6),
    ...six("daddr", TARGETS6),
    ...lastBits(layout, "saddr"),
    ...lastBits(layout, "daddr"),
  ];
}

function always(want: Assignment): Wish {
  return { when: null, want };
}

function where(when: readonly Assignment[], want: Assignment): Wish {
  return { when, want };
}

/** Nothing where not all bits have variables. */
function assignmentOf(
  layout: HeaderLayout,
  space: Space,
  from: number,
  width: number,
  value: bigint,
): Assignment {
  const assigned = new Map<number, boolean>();
  for (const [bit, level] of layout.levelsAt(space, from, width).entries()) {
    if (level === null) return new Map();
    assigned.set(level, ((value >> BigInt(width - 1 - bit)) & 1n) === 1n);
  }
  return assigned;
}

/** A host's address rather than that of its network: 1 in the last bit, 0 in those before. */
function lastBits(layout: HeaderLayout, space: Space): readonly Wish[] {
  return [31, 127].flatMap((bit) => {
    const [level] = layout.levelsAt(space, bit, 1);
    return level == null ? [] : [always(new Map([[level, true]]))];
  });
}
