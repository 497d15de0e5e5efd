import { reverse, type Tuple } from "./tracking.ts";
import { known, type Value } from "./value.ts";
import { readPacket, type Walk, writePacket } from "./walk.ts";

/** Protocols whose ports connection tracking knows; DCCP's no more (measured on 6.18). */
const PORTED: readonly number[] = [6, 17, 132, 136];

/** Offsets and widths of the addresses, in bits from the network header. */
export function addressPlace(
  walk: Walk,
  which: "source" | "destination",
): { readonly offset: number; readonly width: number } {
  if (walk.wire.family === "ip") return { offset: which === "source" ? 96 : 128, width: 32 };
  return { offset: which === "source" ? 64 : 192, width: 128 };
}

export function readAddress(walk: Walk, which: "source" | "destination"): Value {
  const { offset, width } = addressPlace(walk, which);
  const label = `${walk.wire.family} ${which === "source" ? "saddr" : "daddr"}`;
  return readPacket(walk, offset, width, label);
}

export function hasPorts(walk: Walk): boolean {
  const { protocol } = walk.headers;
  return protocol !== null && PORTED.includes(protocol);
}

export function readPort(walk: Walk, which: "source" | "destination"): Value {
  if (!hasPorts(walk)) return known(0n, 16);
  const offset = walk.headers.transport * 8 + (which === "source" ? 0 : 16);
  return readPacket(walk, offset, 16, `th ${which === "source" ? "sport" : "dport"}`);
}

/** The packet's own tuple, as connection tracking takes it. */
export function packetTuple(walk: Walk): Tuple {
  const protocol = walk.headers.protocol ?? 0;
  const addresses = {
    family: walk.wire.family,
    protocol,
    source: readAddress(walk, "source"),
    destination: readAddress(walk, "destination"),
  };
  if (protocol !== 1 && protocol !== 58)
    return {
      ...addresses,
      sourcePort: readPort(walk, "source"),
      destinationPort: readPort(walk, "destination"),
    };
  const start = walk.headers.transport * 8;
  const typeAndCode = readPacket(walk, start, 16, "icmp type");
  const identifier = readPacket(walk, start + 32, 16, "icmp id");
  return {
    ...addresses,
    sourcePort: identifier.kind === "absent" ? known(0n, 16) : identifier,
    destinationPort: typeAndCode,
  };
}

/** Gives the packet the source or destination of `target`; ICMP keeps type and code. */
export function rewriteEnd(walk: Walk, which: "source" | "destination", target: Tuple): void {
  const { offset, width } = addressPlace(walk, which);
  writePacket(walk, offset, width, target[which]);
  const port = which === "source" ? target.sourcePort : target.destinationPort;
  if (hasPorts(walk)) {
    const at = walk.headers.transport * 8 + (which === "source" ? 0 : 16);
    writePacket(walk, at, 16, port);
  } else if (which === "source" && isEcho(walk)) {
    writePacket(walk, walk.headers.transport * 8 + 32, 16, port);
  }
}

/** Bytes of an ICMP error before the packet that it quotes. */
const ERROR_BYTES = 8;

/** Gives the packet that an ICMP error quotes an end of `tuple`; other packets stay as they are. */
export function rewriteQuoted(walk: Walk, which: "source" | "destination", tuple: Tuple): void {
  const { inner } = walk.spec.shape;
  if (inner === null) return;
  const start = (walk.headers.transport + ERROR_BYTES) * 8;
  const { offset, width } = addressPlace(walk, which);
  writePacket(walk, start + offset, width, tuple[which]);
  const transport = start + (walk.wire.family === "ip" ? 160 : 320);
  if (inner.protocol !== null && PORTED.includes(inner.protocol)) {
    const port = which === "source" ? tuple.sourcePort : tuple.destinationPort;
    writePacket(walk, transport + (which === "source" ? 0 : 16), 16, port);
  } else if (inner.protocol === 1 || inner.protocol === 58)
    writePacket(walk, transport + 32, 16, tuple.sourcePort);
}

export function isEcho(walk: Walk): boolean {
  const { protocol, transport } = walk.headers;
  const type = walk.wire.bytes[transport] ?? 255;
  return (protocol === 1 && (type === 0 || type === 8)) || (protocol === 58 && type >> 1 === 64);
}

/** The tuple that the packet of `direction` leaves with once all NAT is done. */
export function targetTuple(
  connection: { readonly original: Tuple; readonly reply: Tuple },
  direction: "original" | "reply",
): Tuple {
  return reverse(direction === "original" ? connection.reply : connection.original);
}
