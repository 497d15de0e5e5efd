import { Mono } from "../../components/Code.tsx";
import { PacketLink } from "../../components/PacketLink.tsx";

/** A change whose rules packets are walked through. */
export interface ChangeWalk {
  readonly device: string;
  readonly change: number;
}

/** A packet that leads to its walk before and after a change; where there is no change yet, it leads nowhere. */
export function ExamplePacket({
  packet,
  walk,
}: {
  readonly packet: string;
  readonly walk: ChangeWalk | null;
}) {
  return walk === null ? <Mono>{packet}</Mono> : <PacketLink packet={packet} {...walk} />;
}
