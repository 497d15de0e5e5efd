import type { NamedSet } from "../../device/set.ts";
import type { ScriptState } from "./state.ts";

/** Elements that a meter without a size of its own may hold. */
const METER_SIZE = 65_535;

/** A meter is a dynamic set that its rule brings along. */
export function meterSets({ ruleset, meters }: ScriptState): void {
  for (const table of ruleset.tables.values()) {
    for (const chain of table.chains.values()) {
      for (const { rule } of chain.rules) {
        if (rule.isPlain) continue;
        for (const statement of rule.statements) {
          if (statement.kind !== "dynamicSet") continue;
          const known = table.sets.get(statement.set);
          if (known !== undefined) {
            /* What packets write has a bound, stated or not (nft_dynset_init). */
            const size = known.size ?? METER_SIZE;
            if (!known.dynamic || known.size === null)
              table.sets.set(statement.set, { ...known, dynamic: true, size });
            continue;
          }
          const stated = meters.get(statement.set);
          if (stated !== undefined)
            table.sets.set(statement.set, meterSet(statement.set, stated, rule.span));
        }
      }
    }
  }
}

function meterSet(name: string, size: number | null, span: NamedSet["span"]): NamedSet {
  return {
    kind: "set",
    name,
    keyTypes: [],
    keyWidths: [],
    dataType: null,
    interval: false,
    dynamic: true,
    size: size ?? METER_SIZE,
    defaultTimeoutMs: null,
    elements: [],
    elementStatements: [],
    ipset: null,
    span,
  };
}
