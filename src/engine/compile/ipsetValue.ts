import { type Node, TRUE } from "../bdd/index.ts";
import type { Expression } from "../device/expression.ts";
import type { NamedSet } from "../device/set.ts";
import { PROTOCOL } from "../packet/selectors/index.ts";
import { anyProtocol, portedProtocols } from "./tracking.ts";
import type { Value } from "./value.ts";
import type { World } from "./world.ts";

/**
 * What an ipset takes for a port (ip_set_get_ip4_port): the port where the protocol has one; else, in sets that hold
 * protocols too, type and code of ICMP and 0 of all others; in sets of ports alone nothing.
 */
export function ipsetPort(world: World, set: NamedSet, part: Expression, port: Value): Value {
  if (part.kind !== "selector" || !part.id.startsWith("th ")) return port;
  const { arena } = world;
  const ported = portedProtocols(world);
  if (!set.keyTypes.includes("inet_proto"))
    return { ...port, present: arena.and(port.present, ported) };
  const icmp = anyProtocol(world, [PROTOCOL.icmp, PROTOCOL.icmpv6]);
  const typeAndCode = world.store.read("transport", 0, 16);
  const guarded = (value: Value, guard: Node) =>
    value.pieces.map((piece) => ({ ...piece, guard: arena.and(piece.guard, guard) }));
  const rest = arena.not(arena.or(ported, icmp));
  return {
    width: 16,
    present: TRUE,
    pieces: [
      ...guarded(port, ported),
      ...guarded(typeAndCode, icmp),
      { guard: rest, value: { kind: "constant", value: 0n } },
    ],
  };
}
