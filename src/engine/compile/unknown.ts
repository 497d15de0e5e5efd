import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { FlagKind } from "../packet/header/layout.ts";
import type { Written } from "./store.ts";
import { atomsValue, bitsValue, type Piece, type Value } from "./value.ts";
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
  written: Written | null = null,
): Value {
  const { layout } = world;
  const pieces = versionsOf(world, written).flatMap((version): readonly Piece[] => {
    const key = `${name}${version.key}${kind === "stateful" ? `#${instance}` : ""}`;
    const value = layout.questions.computed.has(name)
      ? bitsValue(layout.bits(`value ${key}`, 0, width))
      : atomsValue(layout.atoms(key, name, width, kind));
    return value.pieces.map((piece) => ({ ...piece, guard: version.guard }));
  });
  return { width, present, pieces };
}

/** Packets that an unknown sees in one version of what it reads. */
export interface Version {
  readonly guard: Node;
  /** Stands behind the key of the unknown; empty: what it reads is as it came. */
  readonly key: string;
}

/**
 * What an unknown reads, as it came or as rules have written it: another content is another unknown,
 * and the same content the same one, however many writes it took.
 */
export function versionsOf({ arena, layout }: World, written: Written | null): readonly Version[] {
  if (written === null) return [{ guard: TRUE, key: "" }];
  const { packets, contents } = written;
  return [
    { guard: arena.not(packets), key: "" },
    { guard: packets, key: ` version ${layout.numberOf(contents)}` },
  ].filter(({ guard }) => guard !== FALSE);
}

/** A boolean unknown in the version that each packet shows. */
export function unknownFlag(
  world: World,
  key: string,
  kind: FlagKind,
  written: Written | null,
): Node {
  const { arena, layout } = world;
  return versionsOf(world, written).reduce<Node>((all, version) => {
    const variable = arena.variable(layout.flag(`${key}${version.key}`, kind).level);
    return arena.or(all, arena.and(version.guard, variable));
  }, FALSE);
}

/** Link layer fields are there for what came in by a link: tunnels have none. */
export function linkPresent(world: World): Node {
  if (world.place.in === "none") return FALSE;
  world.assumptions.add("interfaces other than lo are Ethernet");
  return TRUE;
}
