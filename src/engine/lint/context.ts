import type { ChainGraphs } from "./chainGraphs.ts";
import type { DeadRule } from "./deadRules.ts";
import { generatorOf } from "./generated.ts";
import { type HookChain, hookChains } from "./hookChains.ts";
import type { LintInput } from "./model.ts";

/** What checks share. */
export interface LintContext {
  readonly input: LintInput;
  readonly graphs: ChainGraphs;
  readonly dead: readonly DeadRule[];
}

/** Filter chains of a hook that people wrote, as far as names tell. */
export function ownChains(
  { graphs }: LintContext,
  hook: "input" | "forward" | "output",
): readonly HookChain[] {
  return hookChains(graphs, hook).filter(
    ({ base }) => generatorOf(base.place.hooked.table, base.chain) === null,
  );
}
