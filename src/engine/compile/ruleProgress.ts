import type { Node } from "../bdd/index.ts";
import type { Rule } from "../device/device.ts";
import { Factors } from "./factors.ts";
import type { Asker, World } from "./world.ts";

/** Where a rule sends packets; exits of one rule are disjoint, the rest goes on behind it. */
export type Exit =
  | { readonly kind: "fate"; readonly packets: Node; readonly fate: number }
  | { readonly kind: "return"; readonly packets: Node }
  | { readonly kind: "jump" | "goto"; readonly packets: Node; readonly chain: string };

/** A rule while its statements run. */
export interface Progress {
  /** Packets that are still in the rule, but for what `pending` leaves out. */
  live: Node;
  /** What matches have asked for since `live` was worked out. */
  readonly pending: Factors;
  readonly rule: Rule;
  readonly asker: Asker;
  readonly exits: Exit[];
  readonly fed: { readonly key: string; readonly packets: Node }[];
}

export function beginRule(asker: Asker, rule: Rule, live: Node): Progress {
  return { live, pending: new Factors(), rule, asker, exits: [], fed: [] };
}

/** Works out `live`. */
export function settle({ arena }: World, progress: Progress): void {
  if (!progress.pending.isEmpty) progress.live = progress.pending.within(arena, progress.live);
}

/** Keeps who came to a statement with a state of its own. */
export function feed(progress: Progress, key: string): void {
  progress.fed.push({ key, packets: progress.live });
}
