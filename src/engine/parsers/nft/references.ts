import type { Rule } from "../../device/device.ts";
import type { Expression, SetReference } from "../../device/expression.ts";
import { decidesByPacket } from "../../device/ofPacket.ts";
import type { SetElement } from "../../device/set.ts";
import type { Statement, Verdict } from "../../device/statement.ts";
import { type DraftTable, objectKey } from "./ruleset.ts";

/** Statements that name no set, chain or object: they never change, and are asked for each time they are loaded. */
const NAMELESS = new WeakSet<readonly Statement[]>();

/** Whether a rule names nothing: it only looks at the packet, and decides by itself. */
export function isNameless({ statements, isPlain }: Rule): boolean {
  if (isPlain || NAMELESS.has(statements)) return true;
  const isNameless = statements.every(
    (statement) => decidesByPacket(statement) && [...chainNamesOf(statement)].length === 0,
  );
  if (isNameless) NAMELESS.add(statements);
  return isNameless;
}

/** The set that a statement asks a question or finds a verdict in. */
export function referenceOf(statement: Statement): SetReference | null {
  if (statement.kind === "verdictMap") return statement.map;
  return statement.kind === "match" && statement.test.kind === "set" ? statement.test.set : null;
}

/** Sets of its table that a statement reads or writes, wherever in it they stand. */
export function* setNamesOf(statement: Statement): Generator<string> {
  yield* nameIn(referenceOf(statement));
  switch (statement.kind) {
    case "dynamicSet":
      yield statement.set;
      yield* namesIn(statement.key);
      if (statement.data !== null) yield* namesIn(statement.data);
      return;
    case "match":
      return yield* namesIn(statement.left);
    case "verdictMap":
      return yield* namesIn(statement.key);
    case "write":
      return yield* namesIn(statement.value);
    case "objectReference":
      return yield* nameIn(statement.lookup?.map ?? null);
    case "nat":
      if (statement.address?.kind === "expression") yield* namesIn(statement.address.expression);
      if (statement.port?.kind === "expression") yield* namesIn(statement.port.expression);
      return;
    default:
      return;
  }
}

function* namesIn(expression: Expression): Generator<string> {
  switch (expression.kind) {
    case "lookup":
      yield* nameIn(expression.map);
      return yield* namesIn(expression.key);
    case "binary":
      yield* namesIn(expression.left);
      return yield* namesIn(expression.right);
    case "concatenation":
      for (const part of expression.parts) yield* namesIn(part);
      return;
    default:
      return;
  }
}

function* nameIn(reference: SetReference | null): Generator<string> {
  if (reference?.kind === "named") yield reference.name;
}

/** Chains that a statement jumps to; named verdict maps are asked by who knows their elements. */
export function* chainNamesOf(statement: Statement): Generator<string> {
  if (statement.kind === "verdict") yield* targetOf(statement.verdict);
  if (statement.kind === "verdictMap" && statement.map.kind === "anonymous")
    yield* chainNamesOfElements(statement.map.elements);
}

export function chainNamesOfElements(elements: readonly SetElement[]): readonly string[] {
  const targets = new Set<string>();
  for (const { data } of elements)
    if (data?.kind === "verdict") for (const target of targetOf(data.verdict)) targets.add(target);
  return [...targets];
}

function targetOf(verdict: Verdict): readonly string[] {
  return verdict.kind === "jump" || verdict.kind === "goto" ? [verdict.chain] : [];
}

const CT_OBJECTS = {
  helper: "ctHelper",
  timeout: "ctTimeout",
  expectation: "ctExpectation",
} as const;

/** Key of the object that a statement names; null where it names none. */
export function objectKeyOf(statement: Statement): string | null {
  if (statement.kind === "objectReference" && statement.name !== null)
    return objectKey(statement.object, statement.name);
  if (statement.kind === "ctObject") return objectKey(CT_OBJECTS[statement.what], statement.name);
  if (statement.kind !== "harmless" || statement.what !== "counter") return null;
  const [, name] = /^counter name (\S+)$/.exec(statement.text) ?? [];
  return name === undefined ? null : objectKey("counter", name);
}

/** Whether a rule or an element of a table names a chain: the kernel deletes no chain in use. */
export function usesChain(table: DraftTable, name: string): boolean {
  for (const set of table.sets.values())
    if (set.kind === "verdictMap" && chainNamesOfElements(set.elements).includes(name)) return true;
  return usesAny(table, (statement) => [...chainNamesOf(statement)].includes(name), name);
}

export function usesSet(table: DraftTable, name: string): boolean {
  return usesAny(table, (statement) => [...setNamesOf(statement)].includes(name));
}

export function usesObject(table: DraftTable, key: string): boolean {
  return usesAny(table, (statement) => objectKeyOf(statement) === key);
}

/** `besides`: rules of this chain go with it. */
function usesAny(
  table: DraftTable,
  test: (statement: Statement) => boolean,
  besides: string | null = null,
): boolean {
  for (const { name, rules } of table.chains.values())
    if (name !== besides && rules.some(({ rule }) => rule.statements.some(test))) return true;
  return false;
}
