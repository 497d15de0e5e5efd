import { Link } from "@tanstack/react-router";
import { Mono } from "./Code.tsx";

/** A packet that leads to its walk through the rules that run on a device. */
export function PacketLink({
  device,
  packet,
}: {
  readonly device: string;
  readonly packet: string;
}) {
  return (
    <Link to="/trace" search={{ device, packet }} aria-label={`walk of ${packet} on ${device}`}>
      <Mono>{packet}</Mono>
    </Link>
  );
}
