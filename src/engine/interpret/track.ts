import type { CtState } from "../packet/packet.ts";
import { firstState, hasValidFlags, INVALID } from "./tcpTracking.ts";
import {
  type Connection,
  DEFAULT_ZONES,
  newConnection,
  reverse,
  type Tracking,
} from "./tracking.ts";
import { isLoose, tcpFlags } from "./trackTcp.ts";
import { trackWithMemory } from "./trackWithMemory.ts";
import { packetTuple } from "./tuples.ts";
import { known, unknown } from "./value.ts";
import { readPacket, type Walk } from "./walk.ts";

/** Multicast listener, neighbour and multicast router messages: never tracked (nf_conntrack_icmpv6_error). */
const UNTRACKED_ICMPV6: readonly number[] = [130, 131, 132, 133, 134, 135, 136, 143, 151, 152, 153];

/** What the conntrack hook makes of the packet in hand; it runs at priority -200. */
export function track(walk: Walk): Tracking {
  /* Seen before (loopback, the answer of a reject) or not to be tracked: left as it is. */
  if (walk.tracking.kind === "untracked" || walk.tracking.kind === "tracked") return walk.tracking;
  /* A zone of before was used up when tracking was asked last. */
  if (walk.tracking.kind !== "zoned") walk.zones = DEFAULT_ZONES;
  if (isUntracked(walk)) return { kind: "untracked" };
  if (endsWithoutHeader(walk)) return { kind: "invalid" };
  return walk.memory === null ? trackAlone(walk) : trackWithMemory(walk, walk.memory);
}

function isUntracked(walk: Walk): boolean {
  if (walk.headers.protocol !== 58 || walk.wire.family !== "ip6") return false;
  const type = readPacket(walk, walk.headers.transport * 8, 8, "icmpv6 type");
  if (type.kind === "known") return UNTRACKED_ICMPV6.includes(Number(type.value));
  if (type.kind !== "unknown") return false;
  return walk.choices.decide(type.variable, [
    { from: 130n, to: 136n },
    { from: 143n, to: 143n },
    { from: 151n, to: 153n },
  ]);
}

const NO_NEXT_HEADER = 59;

/** Tracking finds no protocol in IPv6 behind which no header comes (ipv6_skip_exthdr; measured on 6.18). */
function endsWithoutHeader({ wire, headers }: Walk): boolean {
  return wire.family === "ip6" && headers.protocol === NO_NEXT_HEADER;
}

/** An answer of the device has a state of its own, so the choice is this packet's. */
function choose(walk: Walk, label: string, options: readonly string[]): number {
  return walk.choices.choose(`${label} of ${walk.spec.text}`, label, options, "omitted");
}

const STATES: readonly CtState[] = ["new", "established", "related", "invalid"];

/** A packet without a history: its state is as given, or one of those that can be. */
function trackAlone(walk: Walk): Tracking {
  const { spec } = walk;
  const options = possibleStates(walk);
  const state =
    spec.state ??
    (spec.direction === "reply" ? "established" : null) ??
    options[choose(walk, "ct state", options)] ??
    "invalid";
  switch (state) {
    case "untracked":
      return { kind: "untracked" };
    case "invalid":
      return { kind: "invalid" };
    case "new":
      return {
        kind: "tracked",
        connection: newOrRepeated(walk),
        info: "new",
        direction: "original",
      };
    case "related":
      return trackRelated(walk);
    case "established":
      return trackEstablished(walk);
  }
}

/** States that a packet of this kind can have: what the kernel would never say is left out. */
function possibleStates(walk: Walk): readonly CtState[] {
  const flags = tcpFlags(walk);
  if (flags === null) return STATES;
  if (!hasValidFlags(flags)) return ["invalid"];
  return firstState(flags, isLoose(walk)) === INVALID
    ? ["established", "related", "invalid"]
    : STATES;
}

/**
 * With the flow's first packet told (`orig=`), or with a mark of its connection, it is a later one that
 * nobody has answered yet: NAT is settled.
 */
function newOrRepeated(walk: Walk): Connection {
  const mark = walk.spec.values.get("ct mark") ?? 0n;
  const isLater = walk.spec.original !== null || mark !== 0n;
  const connection = isLater ? walk.flowOf("original") : null;
  if (connection === null && mark === 0n) return newConnection(packetTuple(walk));
  const later = connection ?? newConnection(packetTuple(walk));
  if (mark !== 0n) later.mark = known(mark, 32);
  later.confirmed = true;
  later.sourceDone = true;
  later.destinationDone = true;
  return later;
}

/** A connection of which nothing is known but this packet. */
function strangeConnection(walk: Walk): Connection {
  const connection = newConnection(packetTuple(walk));
  connection.confirmed = true;
  connection.seenReply = true;
  const mark = walk.spec.values.get("ct mark");
  connection.mark =
    mark === undefined ? unknown("ct mark", 32, "ct mark", "omitted") : known(mark, 32);
  connection.sourceDone = true;
  connection.destinationDone = true;
  return connection;
}

/** An ICMP error, or the first packet of a flow that a helper expects. */
function trackRelated(walk: Walk): Tracking {
  const direction = walk.spec.direction ?? chosenDirection(walk);
  const connection = strangeConnection(walk);
  if (isPerhapsTranslated(walk)) translateSomehow(walk, connection);
  return { kind: "tracked", connection, info: "related", direction };
}

function chosenDirection(walk: Walk): "original" | "reply" {
  const options = ["reply", "original"] as const;
  return options[choose(walk, "ct direction", options)] ?? "reply";
}

/** Where the device translates, a packet whose flow is not told may be translated back. */
function isPerhapsTranslated(walk: Walk): boolean {
  if (walk.spec.hook !== null || !walk.index.translates(walk.wire.family)) return false;
  const label = "first packet of the flow (orig=)";
  return choose(walk, label, ["translated", "as it is"]) === 0;
}

/** Source and destination of the flow's first packet can be anything. */
function translateSomehow(walk: Walk, connection: Connection): void {
  const { reply } = connection;
  const width = walk.wire.family === "ip" ? 32 : 128;
  const end = (what: string, bits: number) =>
    unknown(`flow ${what}`, bits, `${what} of the flow`, "omitted");
  connection.original = {
    ...reply,
    source: end("source", width),
    destination: end("destination", width),
    sourcePort: end("source port", 16),
    destinationPort: end("destination port", 16),
  };
  connection.sourceNat = true;
  connection.destinationNat = true;
}

function trackEstablished(walk: Walk): Tracking {
  const asked = walk.spec.direction ?? (walk.spec.original === null ? null : "reply");
  const direction = asked ?? chosenDirection(walk);
  const connection = walk.flowOf(direction) ?? strangeConnection(walk);
  if (direction === "reply" && walk.spec.original === null) {
    connection.reply = packetTuple(walk);
    connection.original = reverse(connection.reply);
    if (isPerhapsTranslated(walk)) translateSomehow(walk, connection);
  }
  const mark = walk.spec.values.get("ct mark");
  if (mark !== undefined) connection.mark = known(mark, 32);
  connection.confirmed = true;
  connection.seenReply = true;
  connection.sourceDone = true;
  connection.destinationDone = true;
  return { kind: "tracked", connection, info: "established", direction };
}
