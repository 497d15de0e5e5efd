import type { Range } from "../src/engine/base/range.ts";
import type { Device, Table } from "../src/engine/device/device.ts";
import type { Expression, SetReference } from "../src/engine/device/expression.ts";
import type { SetElement } from "../src/engine/device/set.ts";
import type { Statement } from "../src/engine/device/statement.ts";

/** Elements of one set that are looked at. */
const MAXIMUM_ELEMENTS = 200;

/** Tells each selector that a rule compares with something, and the values that it names. */
export function visitTests(
  device: Device,
  visit: (selector: string, ranges: readonly Range[]) => void,
): void {
  for (const table of device.tables)
    for (const { rules } of table.chains)
      for (const { statements } of rules)
        for (const statement of statements) visitStatement(table, statement, visit);
}

type Visit = (selector: string, ranges: readonly Range[]) => void;

function visitStatement(table: Table, statement: Statement, visit: Visit): void {
  if (statement.kind === "match") {
    const { left, test } = statement;
    if (test.kind === "ranges") visitSelectors(left, [test.ranges], visit);
    else visitElements(left, elementsOf(table, test.set), visit);
  } else if (statement.kind === "verdictMap")
    visitElements(statement.key, elementsOf(table, statement.map), visit);
}

function visitElements(key: Expression, elements: readonly SetElement[], visit: Visit): void {
  for (const element of elements.slice(0, MAXIMUM_ELEMENTS))
    visitSelectors(
      key,
      element.key.map((range) => [range]),
      visit,
    );
}

function visitSelectors(
  expression: Expression,
  ranges: readonly (readonly Range[])[],
  visit: Visit,
): void {
  const parts = expression.kind === "concatenation" ? expression.parts : [expression];
  for (const [place, part] of parts.entries()) {
    const selector = part.kind === "binary" ? part.left : part;
    if (selector.kind === "selector") visit(selector.id, ranges[place] ?? []);
  }
}

/** What a set holds; an ipset is not looked into. */
export function elementsOf(table: Table, reference: SetReference): readonly SetElement[] {
  if (reference.kind === "anonymous") return reference.elements;
  if (reference.kind === "ipset") return [];
  return table.sets.find(({ name }) => name === reference.name)?.elements ?? [];
}
