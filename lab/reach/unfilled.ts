import type { Device, Rule, Table } from "../../src/engine/device/device.ts";
import type { Statement } from "../../src/engine/device/statement.ts";

/** A list or a set that the rule asks, that holds nothing, and that no rule fills; null: there is none. */
export function unfilledBy(device: Device, rule: Rule): string | null {
  const table = device.tables.find(({ chains }) =>
    chains.some(({ rules }) => rules.includes(rule)),
  );
  if (table === undefined) return null;
  const filled = new Set(statementsOf(device).flatMap((statement) => fills(statement)));
  const asked = rule.statements.flatMap((statement) => asks(table, statement));
  return asked.find((name) => !filled.has(name)) ?? null;
}

function statementsOf({ tables }: Device): readonly Statement[] {
  return tables.flatMap(({ chains }) =>
    chains.flatMap(({ rules }) => rules.flatMap(({ statements }) => statements)),
  );
}

/** Names that the statement puts something into; a set of the same name elsewhere counts as well. */
function fills(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case "recent":
      return statement.operation === "set" ? [`list \`${statement.list}\``] : [];
    case "dynamicSet":
      return statement.operation === "delete" ? [] : [`set \`${statement.set}\``];
    default:
      return [];
  }
}

function asks(table: Table, statement: Statement): readonly string[] {
  if (statement.kind === "recent")
    return statement.operation === "set" || statement.negated ? [] : [`list \`${statement.list}\``];
  if (statement.kind !== "match" || statement.test.kind !== "set") return [];
  const { set, negated } = statement.test;
  if (negated || set.kind !== "named") return [];
  const named = table.sets.find(({ name }) => name === set.name);
  return named?.dynamic === true && named.elements.length === 0 ? [`set \`${set.name}\``] : [];
}
