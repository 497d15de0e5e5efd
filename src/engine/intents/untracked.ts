import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import type { AlteredPart } from "./moves.ts";

/**
 * Whether replies belong to connections that tracking has not seen begin, and are tracked themselves: what
 * `ct state` says of them depends on their protocol, and they are judged as if it knew them.
 */
export function areStray(arena: Arena, first: AlteredPart, replies: AlteredPart): boolean {
  const rest = untrackedOf(replies).reduce<Node>(
    (all, packets) => arena.difference(all, packets),
    replies.packets,
  );
  return untrackedOf(first).length > 0 && rest !== FALSE;
}

function untrackedOf({ alterations }: AlteredPart): readonly Node[] {
  return alterations.flatMap(({ statement, packets }) =>
    statement.kind === "notrack" ? [packets] : [],
  );
}

export const STRAY = "replies to packets that are not tracked are not judged";
