import type { RandomSource } from "../src/engine/bdd/index.ts";
import { isNotationError, parsePacket } from "../src/engine/packet/notation.ts";
import type { PacketSpec } from "../src/engine/packet/packet.ts";

/** Packets in the notation of traces, within the networks that generated rules speak of. */
export function packetLines(count: number, random: RandomSource): readonly string[] {
  const byte = () => Math.floor(random() * 256);
  const address = () => `10.${byte() >> 4}.${byte() >> 4}.${byte()}`;
  const port = () => Math.floor(random() * 65_536);
  return Array.from(
    { length: count },
    () => `tcp ${address()}:${port()} > ${address()}:${port()} in=eth1 out=eth0 state=new`,
  );
}

export function packetsAtRandom(count: number, random: RandomSource): readonly PacketSpec[] {
  return packetLines(count, random).flatMap((line) => {
    const spec = parsePacket(line);
    return isNotationError(spec) ? [] : [spec];
  });
}
