import { needsTracking } from "../compile/index.ts";
import type { Rule, Table } from "../device/device.ts";

/**
 * Whether the rule is the only one of its table that asks for connections. By being loaded it turns tracking on, met or
 * not, so without it the states of all packets would be others.
 */
export function aloneTracks(rule: Rule, table: Table): boolean {
  const tracking = TRACKING.get(table) ?? trackingRules(table);
  TRACKING.set(table, tracking);
  return tracking.length === 1 && tracking[0] === rule;
}

/** Tables never change, and are asked about for each rule. */
const TRACKING = new WeakMap<Table, readonly Rule[]>();

function trackingRules(table: Table): readonly Rule[] {
  return table.chains.flatMap((chain) =>
    chain.rules.filter((rule) =>
      needsTracking({ ...table, chains: [{ ...chain, rules: [rule] }] }),
    ),
  );
}
