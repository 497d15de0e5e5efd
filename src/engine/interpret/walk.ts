import type { Device, Hook } from "../device/device.ts";
import type { UnknownKind } from "../device/expression.ts";
import type { Host } from "../device/host.ts";
import type { PacketSpec } from "../packet/packet.ts";
import { readBits, readHeaders, type Wire, type WireHeaders, writeBits } from "../packet/wire.ts";
import type { Choices } from "./choices.ts";
import type { DeviceIndex } from "./deviceIndex.ts";
import type { Memory } from "./memory.ts";
import type { PathStep } from "./outcome.ts";
import type { ChainResult } from "./runChain.ts";
import type { Connection, Tracking, Zones } from "./tracking.ts";
import { known, unknown, type Value } from "./value.ts";

/** One packet on its way through one device: everything that rules read and write. */
export interface Walk {
  readonly device: Device;
  readonly index: DeviceIndex;
  /** Null: nothing is known about interfaces, addresses and routes. */
  readonly host: Host | null;
  /** Null: a single packet, without a history; what depends on it takes a choice. */
  readonly memory: Memory | null;
  readonly choices: Choices;
  readonly spec: PacketSpec;
  wire: Wire;
  headers: WireHeaders;
  /** How often each unknown field was rewritten: another version is another variable. */
  readonly versions: Map<string, number>;
  tracking: Tracking;
  hook: Hook;
  /** Interfaces as this hook sees them; null: there is none (empty name). */
  in: Value | null;
  out: Value | null;
  mark: Value;
  /** An own socket sent it: user and group are known. */
  hasOwner: boolean;
  packetType: Value | null;
  priority: Value | null;
  readonly steps: PathStep[];
  /** Elements that this walk itself has put into sets, by set. */
  readonly ownElements: Map<string, Value[][]>;
  /** The connection that an established packet belongs to, from walking the flow's first packet. */
  readonly flowOf: (direction: "original" | "reply") => Connection | null;
  /** What defragmentation does with the packet in hand. */
  readonly reassemble: () => ChainResult;
  /** Local delivery of IPv4 puts fragments together in any case. */
  readonly reassembleLocally: () => ChainResult;
  /** Runs connection tracking where a single hook is asked. */
  readonly trackNow: () => Tracking;
  /** Fragments were put together: the packet is the datagram now. */
  reassembled: boolean;
  /** The packet has come back by `lo`: it keeps what output has attached. */
  looped: boolean;
  /** Conntrack zones set so far on the way. */
  zones: Zones;
  /** The header as it came in, in packet notation; of the whole datagram once it was put together. */
  cameAs: string;
  /** Bridge ports that a bridged frame passes; null where the packet is routed. */
  bridgeIn: Value | null;
  bridgeOut: Value | null;
  /** Counts evaluations of stateful statements: each is a choice of its own. */
  evaluations: number;
}

export function replaceWire(walk: Walk, wire: Wire): void {
  walk.wire = wire;
  walk.headers = readHeaders(wire);
}

/** Bits of the packet as a value; what is beyond its end is absent. */
export function readPacket(walk: Walk, offset: number, width: number, label: string): Value {
  const bits = readBits(walk.wire, offset, width);
  if (bits === "beyond") return { kind: "absent" };
  if (bits !== "unknown") return known(bits, width);
  const key = `packet:${offset}:${width}`;
  return unknown(`${key}:${walk.versions.get(key) ?? 0}`, width, label, "omitted");
}

/** Replaces bits of the packet; an unknown value makes them a new variable. */
export function writePacket(walk: Walk, offset: number, width: number, value: Value): void {
  if (value.kind === "absent") return;
  const key = `packet:${offset}:${width}`;
  if (value.kind === "unknown") walk.versions.set(key, (walk.versions.get(key) ?? 0) + 1);
  walk.versions.set(BYTES, (walk.versions.get(BYTES) ?? 0) + 1);
  replaceWire(
    walk,
    writeBits(walk.wire, offset, width, value.kind === "known" ? value.value : null),
  );
}

const BYTES = "packet";

/** A fresh key for a statement whose answer no other evaluation shares. */
export function freshKey(walk: Walk, name: string): string {
  walk.evaluations++;
  return `${name}#${walk.evaluations}`;
}

/** Names an unknown: one of the packet reads bytes that nobody knows of, so a rewrite makes it another one. */
export function unknownKey(
  walk: Walk,
  { unknown, text }: { readonly unknown: UnknownKind; readonly text: string },
): string {
  if (unknown === "stateful") return freshKey(walk, text);
  const version = unknown === "packet" ? (walk.versions.get(BYTES) ?? 0) : 0;
  return version === 0 ? text : `${text}:${version}`;
}
