import { Link } from "@tanstack/react-router";
import { Mono } from "./Code.tsx";

/** A packet that leads to its walk through the rules of a device: those that run and, with a change, those that it makes of them. */
export function PacketLink({
  device,
  packet,
  change,
}: {
  readonly device: string;
  readonly packet: string;
  readonly change?: number;
}) {
  const before = change === undefined ? "" : `, before and after change ${change}`;
  return (
    <Link
      to="/trace"
      search={{ device, packet, ...(change === undefined ? {} : { change }) }}
      aria-label={`walk of ${packet} on ${device}${before}`}
    >
      <Mono>{packet}</Mono>
    </Link>
  );
}
