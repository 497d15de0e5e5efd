import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { FlagKind } from "../packet/header/layout.ts";
import { atomsValue, bitsValue, type Value } from "./value.ts";
import type { World } from "./world.ts";

/**
 * A value without a model. Unknowns of the packet and of the moment are the same wherever they are
 * asked; those with a state of their own are new for each rule that asks.
 */
export function unknownValue(
  world: World,
  name: string,
  width: number,
  kind: FlagKind,
  instance: string,
  present: Node = TRUE,
  version = "",
): Value {
  const key = `${name}${version}${kind === "stateful" ? `#${instance}` : ""}`;
  const { layout } = world;
  if (layout.questions.computed.has(name))
    return bitsValue(layout.bits(`value ${key}`, 0, width), present);
  return atomsValue(layout.atoms(key, name, width, kind), present);
}

/** Link layer fields are there for what came in by a link: tunnels have none. */
export function linkPresent(world: World): Node {
  if (world.place.in === "none") return FALSE;
  world.assumptions.add("interfaces other than lo are Ethernet");
  return TRUE;
}
