import { rulePlace } from "../compile/index.ts";
import type { Device, Rule, Table } from "../device/device.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import type { Statement } from "../device/statement.ts";

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
        const name = rulePlace(table, chain, nameOf(rule));
        const groups = rule.statements.flatMap((statement) =>
          groupsOf(device, table, statement, name),
        );
        return groups.length === 0 ? [] : [{ name, rule, groups: [...new Set(groups)] }];
      }),
    ),
  );
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
        ? [`${statement.object} ${table.family} ${table.name} ${statement.name ?? "*"}`]
        : [];
    case "opaqueMatch":
      return statement.unknown === "stateful" ? [own] : [];
    case "dynamicSet":
      return [
        setName(table, { kind: "named", name: statement.set, span: table.span }),
        ...statement.statements.flatMap((inner) => groupsOf(device, table, inner, own)),
      ];
    case "ipsetUpdate":
      return [setName(table, statement.set)];
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

/** A set that packets write. */
function dynamicSet(device: Device, table: Table, reference: SetReference): readonly string[] {
  if (reference.kind === "anonymous") return [];
  const set =
    reference.kind === "ipset"
      ? device.ipsets.get(reference.name)
      : table.sets.find(({ name }) => name === reference.name);
  return set?.dynamic === true ? [setName(table, reference)] : [];
}

function setName(table: Table, reference: SetReference): string {
  if (reference.kind === "anonymous") return "";
  if (reference.kind === "ipset") return `ipset ${reference.name}`;
  return `@${reference.name} ${table.family} ${table.name}`;
}
