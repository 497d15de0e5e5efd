import { canonicalText, rulePlace } from "../compile/index.ts";
import type { Device, Rule, Table } from "../device/device.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import { limitsElements } from "../device/limitedSet.ts";
import { isOfPacket } from "../device/ofPacket.ts";
import type { NamedSet } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import { isPlainEverywhere } from "./asked.ts";

/*
 * What rules remember: a limiter its bucket, a dynamic set its elements. Rules that share one memory
 * make a group. Two memories, before and after, are the same where the same packets feed them.
 */

/** A rule that reads or feeds something that is remembered. */
export interface StatefulRule {
  /** The same on both sides for the same words at the same place of the same chain. */
  readonly name: string;
  readonly rule: Rule;
  /** Memories that it touches. */
  readonly groups: readonly string[];
}

/** All rules of a device with a memory, of their own or shared. */
export function statefulRules(
  device: Device,
  nameOf: (rule: Rule) => string,
): readonly StatefulRule[] {
  return device.tables.flatMap((table) =>
    table.chains.flatMap((chain) =>
      chain.rules.flatMap((rule): StatefulRule[] => {
        if (isPlainEverywhere(rule) || rule.statements.every(leavesNoTrace)) return [];
        const name = rulePlace(device, table, chain, nameOf(rule));
        const groups = rule.statements.flatMap((statement) =>
          groupsOf(device, table, statement, name),
        );
        return groups.length === 0 ? [] : [{ name, rule, groups: [...new Set(groups)] }];
      }),
    ),
  );
}

/**
 * Whether a rule of such statements alone makes no packet fare otherwise, now or later: it counts, writes a log, and
 * asks a limiter of its own how often. Nothing reads that limiter but this rule, and behind it nothing is decided.
 */
function leavesNoTrace(statement: Statement): boolean {
  switch (statement.kind) {
    case "harmless":
    case "noEffect":
    case "statistic":
      return true;
    case "limit":
    case "quota":
      return statement.object === null;
    case "match":
      return (
        statement.whenAbsent !== "drops" &&
        statement.test.kind === "ranges" &&
        isOfPacket(statement.left)
      );
    default:
      return false;
  }
}

function groupsOf(
  device: Device,
  table: Table,
  statement: Statement,
  own: string,
): readonly string[] {
  switch (statement.kind) {
    case "limit":
    case "quota":
    case "connectionCount":
    case "statistic":
      return [own];
    case "hashLimit":
      return [`hashlimit ${statement.name}`];
    case "recent":
      return [`recent ${statement.list}`];
    case "objectReference":
      return statement.object === "limit" || statement.object === "quota"
        ? [objectName(table, statement)]
        : [];
    case "opaqueMatch":
      return statement.unknown === "stateful" ? [own] : [];
    case "dynamicSet":
      return [
        setName(device, table, { kind: "named", name: statement.set, span: table.span }),
        ...statement.statements.flatMap((inner) => groupsOf(device, table, inner, own)),
      ];
    case "ipsetUpdate":
      return [setName(device, table, statement.set)];
    case "match":
      return [
        ...(statement.test.kind === "set" ? dynamicSet(device, table, statement.test.set) : []),
        ...expressionGroups(device, table, statement.left, own),
      ];
    case "verdictMap":
      return [
        ...dynamicSet(device, table, statement.map),
        ...expressionGroups(device, table, statement.key, own),
      ];
    case "write":
      return expressionGroups(device, table, statement.value, own);
    default:
      return [];
  }
}

function expressionGroups(
  device: Device,
  table: Table,
  expression: Expression,
  own: string,
): readonly string[] {
  switch (expression.kind) {
    case "generator":
      return expression.source === "random" || expression.source === "increment" ? [own] : [];
    case "opaque":
      return expression.unknown === "stateful" ? [own] : [];
    case "binary":
      return [
        ...expressionGroups(device, table, expression.left, own),
        ...expressionGroups(device, table, expression.right, own),
      ];
    case "concatenation":
      return expression.parts.flatMap((part) => expressionGroups(device, table, part, own));
    case "lookup":
      return [
        ...dynamicSet(device, table, expression.map),
        ...expressionGroups(device, table, expression.key, own),
      ];
    default:
      return [];
  }
}

/** A set that packets write, or whose elements have limits. */
function dynamicSet(device: Device, table: Table, reference: SetReference): readonly string[] {
  const set = findSet(device, table, reference);
  if (set === undefined || !(set.dynamic || limitsElements(set))) return [];
  return [setName(device, table, reference)];
}

function findSet(device: Device, table: Table, reference: SetReference): NamedSet | undefined {
  if (reference.kind === "anonymous") return undefined;
  if (reference.kind === "ipset") return device.ipsets.get(reference.name);
  return table.sets.find(({ name }) => name === reference.name);
}

/** With its definition: a set of another size or with other elements is another memory. */
function setName(device: Device, table: Table, reference: SetReference): string {
  if (reference.kind === "anonymous") return "";
  const definition = canonicalText(findSet(device, table, reference) ?? null);
  if (reference.kind === "ipset") return `ipset ${reference.name} ${definition}`;
  return `@${reference.name} ${table.family} ${table.name} ${definition}`;
}

/** With its definition; of a map of objects nobody knows which one it is, so all are meant. */
function objectName(
  table: Table,
  { object, name }: Extract<Statement, { kind: "objectReference" }>,
): string {
  const meant = table.objects.filter(
    (known) => known.kind === object && (name === null || known.name === name),
  );
  const definitions = meant.map((known) => canonicalText(known.statement)).join(" ");
  return `${object} ${table.family} ${table.name} ${name ?? "*"} ${definitions}`;
}
