import { single } from "../base/range.ts";
import { canonicalText, tableName } from "../compile/index.ts";
import type { Device, Rule, Table } from "../device/device.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import type { NamedSet, SetElement } from "../device/set.ts";
import type { Statement, Verdict } from "../device/statement.ts";
import { selectorRow } from "../packet/selectors/index.ts";

/*
 * What named sets hold comes and goes while the rules stay: a list of banned hosts is empty in the file and full on
 * the device. So a finding about rules must hold whatever the sets hold. The same question about the same set has
 * the same answer for one packet, as before.
 *
 * The addresses that a connection had at first (`ct original ip daddr`) are unknown too: a chain that is looked at by
 * itself does not know what NAT has made of them.
 */

/** The device with unknowns in the place of what is asked of named sets. */
export function withoutContents(device: Device): Device {
  const tables = device.tables.map((table) => {
    const place: Place = { device, table, name: tableName(device, table) };
    const chains = table.chains.map((chain) => {
      const rules = chain.rules.map((rule) => ruleWithout(place, rule));
      return rules.every((rule, i) => rule === chain.rules[i]) ? chain : { ...chain, rules };
    });
    return chains.every((chain, i) => chain === table.chains[i]) ? table : { ...table, chains };
  });
  return { ...device, tables };
}

interface Place {
  readonly device: Device;
  readonly table: Table;
  readonly name: string;
}

function ruleWithout(place: Place, rule: Rule): Rule {
  const statements = rule.statements.flatMap((statement) => statementsFor(place, statement));
  const isSame =
    statements.length === rule.statements.length &&
    statements.every((statement, i) => statement === rule.statements[i]);
  return isSame ? rule : { ...rule, statements };
}

function statementsFor(place: Place, statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case "match": {
      const { left, test } = statement;
      if (test.kind === "set" && isOpen(place, test.set))
        return [unknownMatch(place, "packet", [left, nameOf(test.set)], test.negated)];
      return isUnknown(place, left)
        ? [unknownMatch(place, "packet", [left, test], false)]
        : [statement];
    }
    case "verdictMap":
      if (isOpen(place, statement.map) || isUnknown(place, statement.key))
        return [unknownMap(place, statement)];
      return [statement];
    case "write":
      return whereKnown(place, statement, [statement.value], () => ({
        ...statement,
        value: unknownValue(place, statement.value, statement.target),
      }));
    case "nat": {
      const { address, port } = statement;
      const read = [address, port].flatMap((part) =>
        part?.kind === "expression" ? [part.expression] : [],
      );
      /* Where it leads does not matter to the rules of its own chain. */
      return whereKnown(place, statement, read, () => ({
        ...statement,
        address: address === null ? null : SOMEWHERE,
        port: port === null ? null : SOMEWHERE,
      }));
    }
    case "dynamicSet":
      return isUnknown(place, statement.key) ? [ANYTHING] : [statement];
    case "objectReference":
      if (statement.lookup === null || !isOpen(place, statement.lookup.map)) return [statement];
      return [ANYTHING];
    default:
      return [statement];
  }
}

const SOMEWHERE = { kind: "range", range: single(1n) } as const;

/** After it everything is possible. */
const ANYTHING: Statement = {
  kind: "opaqueMatch",
  unknown: "stateful",
  text: "what a set holds",
  negated: false,
  reads: [],
};

/** A map may hold nothing for a packet: then the rule ends before the statement. */
function whereKnown(
  place: Place,
  statement: Statement,
  read: readonly Expression[],
  without: () => Statement,
): readonly Statement[] {
  const unknown = read.filter((expression) => isUnknown(place, expression));
  if (unknown.length === 0) return [statement];
  return [unknownMatch(place, "packet", unknown, false), without()];
}

function unknownMatch(
  place: Place,
  unknown: "packet" | "stateful",
  asked: unknown,
  negated: boolean,
): Statement {
  const text = `${place.name} ${canonicalText(asked)}`;
  return { kind: "opaqueMatch", unknown, text, negated, reads: [] };
}

function unknownValue(place: Place, value: Expression, target: string): Expression {
  const text = `${place.name} ${target} ${canonicalText(value)}`;
  return { kind: "opaque", unknown: "packet", text, width: selectorRow(target).width };
}

type VerdictMap = Extract<Statement, { readonly kind: "verdictMap" }>;

const KEY_BITS = 16;

/** Any packet may get any of the verdicts that the map holds now, or none. */
function unknownMap(place: Place, { key, map }: VerdictMap): Statement {
  const verdicts = new Map<string, Verdict>([["continue", { kind: "continue" }]]);
  for (const { data } of elementsOf(place, map))
    if (data?.kind === "verdict") verdicts.set(canonicalText(data.verdict), data.verdict);
  const text = `${place.name} ${canonicalText([key, nameOf(map)])}`;
  const elements = [...verdicts.values()].map((verdict, i): SetElement => {
    const number = BigInt(i);
    return {
      key: [{ from: number, to: number }],
      catchAll: false,
      data: { kind: "verdict", verdict },
      timeoutMs: null,
      expiresMs: null,
      exception: false,
      statements: [],
      span: place.table.span,
    };
  });
  return {
    kind: "verdictMap",
    key: { kind: "opaque", unknown: "packet", text, width: KEY_BITS },
    map: { kind: "anonymous", elements, keyWidths: [KEY_BITS] },
  };
}

function elementsOf(place: Place, reference: SetReference): readonly SetElement[] {
  return reference.kind === "anonymous"
    ? reference.elements
    : (setOf(place, reference)?.elements ?? []);
}

function nameOf(reference: SetReference): unknown {
  if (reference.kind === "named") return `@${reference.name}`;
  if (reference.kind === "anonymous") return reference;
  return [`ipset ${reference.name}`, reference.directions, reference.returnNomatch === true];
}

/** Whether its elements may be others tomorrow. Sets that packets write are unknown already. */
function isOpen(place: Place, reference: SetReference): boolean {
  if (reference.kind === "anonymous") return false;
  const set = setOf(place, reference);
  return set !== null && set.constant !== true && !set.dynamic;
}

function setOf({ device, table }: Place, reference: SetReference): NamedSet | null {
  if (reference.kind === "anonymous") return null;
  if (reference.kind === "ipset") return device.ipsets.get(reference.name) ?? null;
  return table.sets.find(({ name }) => name === reference.name) ?? null;
}

function isUnknown(place: Place, expression: Expression): boolean {
  switch (expression.kind) {
    case "selector":
      return /^ct (original|reply) /.test(expression.id);
    case "binary":
      return isUnknown(place, expression.left) || isUnknown(place, expression.right);
    case "concatenation":
      return expression.parts.some((part) => isUnknown(place, part));
    case "lookup":
      return isOpen(place, expression.map) || isUnknown(place, expression.key);
    case "generator":
      return expression.key !== null && isUnknown(place, expression.key);
    default:
      return false;
  }
}
