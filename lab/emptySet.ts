import type { Table } from "../src/engine/device/device.ts";
import type { Expression, SetReference } from "../src/engine/device/expression.ts";
import type { Statement } from "../src/engine/device/statement.ts";

/** Whether the statement asks a set or a map that holds nothing, and that packets do not fill. */
export function asksEmptySet(table: Table, statement: Statement): boolean {
  return referencesOf(statement).some((reference) => {
    if (reference.kind === "ipset") return false;
    if (reference.kind === "anonymous") return reference.elements.length === 0;
    const set = table.sets.find(({ name }) => name === reference.name);
    return set !== undefined && !set.dynamic && set.elements.length === 0;
  });
}

function referencesOf(statement: Statement): readonly SetReference[] {
  switch (statement.kind) {
    case "verdictMap":
      return [statement.map];
    case "match": {
      const { left, test } = statement;
      return test.kind === "set" && !test.negated ? [test.set, ...mapsIn(left)] : mapsIn(left);
    }
    case "nat":
      return statement.address?.kind === "expression" ? mapsIn(statement.address.expression) : [];
    default:
      return [];
  }
}

function mapsIn(expression: Expression): readonly SetReference[] {
  return expression.kind === "lookup" ? [expression.map] : [];
}
