import type { Rule } from "../../device/device.ts";
import type { SetReference } from "../../device/expression.ts";
import type { SetElement } from "../../device/set.ts";
import type { NatStatement, Statement, Verdict } from "../../device/statement.ts";
import { clampsToRoute, readsSegmentSize } from "../segmentSize.ts";
import { markLines } from "./lineStates.ts";
import { type DraftChain, type DraftTable, objectKey, type RuleSlot } from "./ruleset.ts";
import { refuseOverlap } from "./sets.ts";
import { refuse, type ScriptState } from "./state.ts";

/** Chains below a base chain, jumps and gotos together, that the kernel lets in. */
export const MAXIMUM_JUMPS = 15;

/** Chains followed in one go: far past what the kernel lets in, it makes no difference how far. */
const MAXIMUM_WALK = 4 * MAXIMUM_JUMPS;

/** Looks at what only the finished ruleset shows: names that are missing, loops, depth. */
export function validate(state: ScriptState): void {
  nameClamps(state);
  for (const table of state.ruleset.tables.values()) {
    const known: MapTargets = new Map();
    for (const chain of table.chains.values()) {
      chain.rules = chain.rules.map((slot) => withoutUnresolved(table, slot));
      for (const { rule } of chain.rules) validateRule(state, table, chain, rule, known);
    }
    validateDepth(state, table, known);
    state.currentTable = table;
    for (const set of table.sets.values()) refuseOverlap(state, set);
  }
}

/** A segment size that is clamped to a route and read again is an unknown to who reads it. */
function nameClamps(state: ScriptState): void {
  const clamps: { readonly chain: DraftChain; readonly at: number }[] = [];
  let isRead = false;
  for (const table of state.ruleset.tables.values())
    for (const chain of table.chains.values())
      for (const [at, { rule }] of chain.rules.entries()) {
        if (rule.statements.some(clampsToRoute)) clamps.push({ chain, at });
        isRead ||= rule.statements.some(readsSegmentSize);
      }
  if (!isRead) return;
  for (const { chain, at } of clamps) {
    const slot = chain.rules[at];
    if (slot === undefined) continue;
    const { file, line, endLine } = slot.rule.span;
    markLines(state, file, line, endLine, "opaque");
    chain.rules[at] = { ...slot, rule: { ...slot.rule, state: "opaque" } };
  }
}

function validateRule(
  state: ScriptState,
  table: DraftTable,
  chain: DraftChain,
  rule: Rule,
  known: MapTargets,
): void {
  for (const name of targetsOf(table, rule, known)) {
    const target = table.chains.get(name);
    if (target === undefined)
      refuse(
        state,
        "PM1073",
        `there is no chain \`${name}\` in table \`${table.name}\``,
        rule.span,
        "add the chain, or look at its name",
      );
    else if (target.base !== null)
      refuse(
        state,
        "PM1074",
        `\`${name}\` is a base chain: nothing can jump to it`,
        rule.span,
        "move its rules to a chain without a hook",
      );
  }
  for (const statement of rule.statements) {
    const name = setNameOf(statement);
    if (name !== null && !table.sets.has(name))
      refuse(
        state,
        "PM1075",
        `there is no set \`${name}\` in table \`${table.name}\``,
        rule.span,
        "declare the set, or look at its name",
      );
    refuseMissingObject(state, table, statement, rule);
    refuseMisplacedNat(state, chain, statement, rule);
    const hook = chain.base?.hook;
    if (
      statement.kind === "reject" &&
      hook !== undefined &&
      !["input", "forward", "output", "prerouting", "ingress"].includes(hook)
    )
      refuse(state, "PM1076", `reject does not work in ${hook}`, rule.span, "write drop");
  }
}

/** The set of its table that a statement reads or writes. */
function setNameOf(statement: Statement): string | null {
  if (statement.kind === "dynamicSet") return statement.set;
  const reference = referenceOf(statement);
  return reference?.kind === "named" ? reference.name : null;
}

function refuseMissingObject(
  state: ScriptState,
  table: DraftTable,
  statement: Statement,
  rule: Rule,
): void {
  const missing = (what: string, name: string): void =>
    refuse(
      state,
      "PM1078",
      `there is no ${what} \`${name}\` in table \`${table.name}\``,
      rule.span,
      "declare it, or look at its name",
    );
  if (statement.kind === "objectReference" && statement.name !== null) {
    const { object, name } = statement;
    if (!table.objects.has(objectKey(object, name))) missing(object, name);
  } else if (statement.kind === "flowOffload") {
    const { flowtable } = statement;
    if (!table.flowtables.has(flowtable)) missing("flowtable", flowtable);
  } else if (statement.kind === "harmless" && statement.what === "counter") {
    const [, name] = /^counter name (\S+)$/.exec(statement.text) ?? [];
    if (name !== undefined && !table.objects.has(objectKey("counter", name)))
      missing("counter", name);
  }
}

const NAT_HOOKS: Readonly<Record<NatStatement["type"], readonly string[]>> = {
  dnat: ["prerouting", "output"],
  redirect: ["prerouting", "output"],
  snat: ["postrouting", "input"],
  masquerade: ["postrouting"],
  netmap: ["prerouting", "output", "postrouting", "input"],
};

function refuseMisplacedNat(
  state: ScriptState,
  { base, name }: DraftChain,
  statement: Statement,
  rule: Rule,
): void {
  if (statement.kind !== "nat" || base === null) return;
  if (base.type === "nat" && NAT_HOOKS[statement.type].includes(base.hook)) return;
  refuse(
    state,
    "PM1079",
    `${statement.type} does not work in \`${name}\`, a chain of type ${base.type} in ${base.hook}`,
    rule.span,
    `use a chain of type nat in ${NAT_HOOKS[statement.type].join(" or ")}`,
  );
}

/** Who asks a set with members that only the device knows gets an answer only there. */
function withoutUnresolved(table: DraftTable, slot: RuleSlot): RuleSlot {
  const isUnresolved = (statement: Statement): boolean => {
    const reference = referenceOf(statement);
    return reference?.kind === "named" && table.sets.get(reference.name)?.unresolved !== undefined;
  };
  if (!slot.rule.statements.some(isUnresolved)) return slot;
  const statements = slot.rule.statements.map((statement): Statement => {
    if (!isUnresolved(statement)) return statement;
    if (statement.kind !== "match") return { kind: "opaqueAction", text: statement.kind };
    const name =
      statement.test.kind === "set" && statement.test.set.kind === "named"
        ? statement.test.set.name
        : "";
    const id = statement.left.kind === "selector" ? statement.left.id : statement.left.kind;
    const { negated } = statement.test;
    return { kind: "opaqueMatch", unknown: "moment", text: `${id} @${name}`, negated, reads: [] };
  });
  return { ...slot, rule: { ...slot.rule, statements, state: "opaque" } };
}

export function referenceOf(statement: Statement): SetReference | null {
  if (statement.kind === "verdictMap") return statement.map;
  return statement.kind === "match" && statement.test.kind === "set" ? statement.test.set : null;
}

/** Chains that each named verdict map of a table leads to, found once for all rules. */
type MapTargets = Map<string, readonly string[]>;

/** Chains that a rule jumps to, those of its verdict maps too. */
function* targetsOf(table: DraftTable, rule: Rule, known: MapTargets): Generator<string> {
  for (const statement of rule.statements) {
    if (statement.kind === "verdict") yield* targetOf(statement.verdict);
    if (statement.kind !== "verdictMap") continue;
    const { map } = statement;
    if (map.kind === "anonymous") {
      yield* targetsOfElements(map.elements);
      continue;
    }
    const elements = table.sets.get(map.name)?.elements ?? [];
    const found = known.get(map.name) ?? targetsOfElements(elements);
    known.set(map.name, found);
    yield* found;
  }
}

function targetsOfElements(elements: readonly SetElement[]): readonly string[] {
  const targets = new Set<string>();
  for (const { data } of elements)
    if (data?.kind === "verdict") for (const target of targetOf(data.verdict)) targets.add(target);
  return [...targets];
}

function targetOf(verdict: Verdict): readonly string[] {
  return verdict.kind === "jump" || verdict.kind === "goto" ? [verdict.chain] : [];
}

/** The longest way down from each base chain; a loop that a base chain reaches has no end. */
function validateDepth(state: ScriptState, table: DraftTable, known: MapTargets): void {
  const depths = new Map<string, number>();
  const open = new Set<string>();
  const depthOf = (chain: DraftChain): number => {
    const found = depths.get(chain.name);
    if (found !== undefined) return found;
    if (open.has(chain.name) || open.size > MAXIMUM_WALK) return Number.POSITIVE_INFINITY;
    open.add(chain.name);
    let deepest = 0;
    for (const { rule } of chain.rules) {
      for (const name of targetsOf(table, rule, known)) {
        const target = table.chains.get(name);
        if (target !== undefined) deepest = Math.max(deepest, 1 + depthOf(target));
      }
    }
    open.delete(chain.name);
    depths.set(chain.name, deepest);
    return deepest;
  };
  for (const chain of table.chains.values()) {
    if (chain.base === null || depthOf(chain) <= MAXIMUM_JUMPS) continue;
    refuse(
      state,
      "PM1077",
      `chain \`${chain.name}\` leads through more than ${MAXIMUM_JUMPS} jumps, or in a circle`,
      chain.span,
      "jump less deeply",
    );
  }
}
