import { type PacketSpec, PLAIN_SHAPE } from "../../engine/packet/packet.ts";
import { address } from "./firewallHost.ts";
import { ADDRESSES, FIREWALL, MANAGEMENT, managementAddress, ZONES } from "./plan.ts";

/** Both ends of a flow, as the one that begins it knows them. */
export interface FlowEnds {
  readonly protocol: "tcp" | "udp";
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly port: number;
}

const NUMBERS = { tcp: 6, udp: 17 } as const;
/** TCP's flags (RFC 9293, 3.1). */
const SYN = 0x02n;
const SYN_ACK = 0x12n;
const PUSH_ACK = 0x18n;

/** Which packet of a flow: the one that begins it, the answer to that one, and what comes later. */
export type Moment = "first" | "answer" | "later" | "laterAnswer";

/** Where a host stands: the interface of the firewall that leads there. */
export function interfaceTowards(host: string): string {
  const zones = Object.values(ZONES).map((zone) => [zone.network, zone.interface] as const);
  const all = [...zones, [MANAGEMENT.network, MANAGEMENT.interface] as const];
  const found = all.find(([network]) => host.startsWith(`${network}.`));
  return found?.[1] ?? ZONES.internet.interface;
}

/** `server`: where the first packet was led to, once it was let through. */
export function packetOf(ends: FlowEnds, moment: Moment, server: string): PacketSpec {
  const isTcp = ends.protocol === "tcp";
  const isAnswer = moment === "answer" || moment === "laterAnswer";
  if (!isAnswer)
    return {
      ...headOf(ends.protocol, ends.from, ends.fromPort, ends.to, ends.port),
      state: moment === "first" ? "new" : "established",
      direction: "original",
      values: isTcp ? flags(moment === "first" ? SYN : PUSH_ACK) : NO_VALUES,
    };
  const first = packetOf(ends, "first", server);
  return {
    ...headOf(ends.protocol, server, ends.port, answeredAddress(ends, server), ends.fromPort),
    state: "established",
    direction: "reply",
    original: first,
    values: isTcp ? flags(moment === "answer" ? SYN_ACK : PUSH_ACK) : NO_VALUES,
  };
}

const NO_VALUES: PacketSpec["values"] = new Map();

function flags(bits: bigint): PacketSpec["values"] {
  return new Map([["tcp flags", bits]]);
}

/** Who is hidden behind the firewall's address is answered there. */
function answeredAddress({ from }: FlowEnds, server: string): string {
  const isHidden = interfaceTowards(from) !== ZONES.internet.interface;
  const isOutside = interfaceTowards(server) === ZONES.internet.interface;
  return isHidden && isOutside ? ADDRESSES.fw1 : from;
}

/** The firewall's own, on each of its sides. */
const FIREWALL_ADDRESSES: ReadonlySet<string> = new Set([
  ...Object.values(ZONES).map(({ network }) => `${network}.1`),
  managementAddress(FIREWALL),
]);

function headOf(
  protocol: FlowEnds["protocol"],
  from: string,
  fromPort: number,
  to: string,
  port: number,
): PacketSpec {
  const isToFirewall = FIREWALL_ADDRESSES.has(to);
  const isFromFirewall = FIREWALL_ADDRESSES.has(from);
  return {
    text: `${protocol} ${from}:${fromPort} > ${to}:${port}`,
    family: "ip",
    protocol: NUMBERS[protocol],
    source: address(from),
    destination: address(to),
    sourcePort: fromPort,
    destinationPort: port,
    path: isToFirewall ? "input" : isFromFirewall ? "output" : "forward",
    hook: null,
    in: isFromFirewall ? null : interfaceTowards(from),
    out: isToFirewall ? null : interfaceTowards(to),
    state: null,
    direction: null,
    original: null,
    values: NO_VALUES,
    isOwnerless: false,
    shape: PLAIN_SHAPE,
  };
}
