import type { Span } from "../../base/span.ts";
import type { Rule } from "../../device/device.ts";
import type { NamedSet } from "../../device/set.ts";
import type { Statement } from "../../device/statement.ts";
import { clampsToRoute, readsSegmentSize } from "../segmentSize.ts";
import { emptyBatch, numberBatch, type SetLookup } from "./batch.ts";
import { type MapTargets, refuseMisplaced, targetsOf } from "./hooks.ts";
import { markLines } from "./lineStates.ts";
import {
  chainNamesOf,
  chainNamesOfElements,
  isNameless,
  objectKeyOf,
  referenceOf,
  setNamesOf,
} from "./references.ts";
import type { DraftChain, DraftTable, RuleSlot } from "./ruleset.ts";
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
      for (const { rule } of chain.rules)
        if (!isNameless(rule) && !state.told.has(rule))
          refuseMissing(state, table, rule, targetsOf(table, rule, known));
    }
    refuseMisplaced(state, table, known);
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
        if (rule.isPlain) continue;
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

/** What the command in hand added is complete: whatever it names must be there by now. */
export function closeBatch(state: ScriptState): void {
  const { batch } = state;
  state.batch = emptyBatch();
  numberBatch(batch);
  const { table } = batch;
  if (table === null) return;
  const meters = new Set(state.meters.keys());
  for (const { slot } of batch.rules) {
    const { rule } = slot;
    if (isNameless(rule)) continue;
    const targets = rule.statements.flatMap((statement) => [...chainNamesOf(statement)]);
    refuseMissing(state, table, rule, targets, meters);
  }
  for (const lookup of batch.lookups) refuseMismatch(state, table, lookup);
  for (const element of batch.elements)
    for (const name of chainNamesOfElements([element]))
      refuseTarget(state, table, name, element.span);
}

function refuseMissing(
  state: ScriptState,
  table: DraftTable,
  rule: Rule,
  targets: Iterable<string>,
  meters: ReadonlySet<string> = new Set(),
): void {
  const before = state.diagnostics.length;
  for (const name of targets) refuseTarget(state, table, name, rule.span);
  for (const statement of rule.statements) {
    for (const name of setNamesOf(statement)) {
      if (table.sets.has(name) || meters.has(name)) continue;
      refuse(
        state,
        "PM1075",
        `there is no set \`${name}\` in table \`${table.name}\``,
        rule.span,
        "declare the set in front, or look at its name",
      );
    }
    refuseMissingObject(state, table, statement, rule);
    refuseUnwritable(state, table, statement, rule);
  }
  if (state.diagnostics.length > before) state.told.add(rule);
}

/** Types that are the same as no other; what is written as a plain number may be many. */
const DISTINCT: readonly string[] = [
  "ipv4_addr",
  "ipv6_addr",
  "ether_addr",
  "inet_service",
  "inet_proto",
  "ifname",
  "mark",
];

/** A set can be asked for keys of its own type only, a map alone has data. */
function refuseMismatch(
  state: ScriptState,
  table: DraftTable,
  { name, types, wanted, span }: SetLookup,
): void {
  const set = table.sets.get(name);
  if (set === undefined || set.keyTypes.length === 0) return;
  const differs = types.some((type, i) => {
    const own = set.keyTypes[i] ?? "";
    return type !== own && DISTINCT.includes(type) && DISTINCT.includes(own);
  });
  if (differs || types.length !== set.keyTypes.length)
    refuse(
      state,
      "PM1033",
      `\`${name}\` holds ${set.keyTypes.join(" . ")}, asked for ${types.join(" . ")}`,
      span,
      "ask it for what it holds, or take another set",
    );
  else if (wanted !== "set" && wanted !== set.kind)
    refuse(
      state,
      "PM1033",
      `\`${name}\` is declared as ${SET_KINDS[set.kind]}, yet used as ${SET_KINDS[wanted]}`,
      span,
      "take another map, or declare it as what it is used for",
    );
}

const SET_KINDS: Readonly<Record<NamedSet["kind"], string>> = {
  set: "a set",
  map: "a map",
  verdictMap: "a map of verdicts",
  objectMap: "a map of objects",
};

/** What packets can write: single values, with data where it is a map. */
function refuseUnwritable(
  state: ScriptState,
  table: DraftTable,
  statement: Statement,
  rule: Rule,
): void {
  if (statement.kind !== "dynamicSet") return;
  const set = table.sets.get(statement.set);
  if (set === undefined) return;
  if (set.interval)
    refuse(
      state,
      "PM1066",
      `\`${set.name}\` holds intervals: packets cannot write it`,
      rule.span,
      "take `flags interval` out of the set",
    );
  if (statement.operation !== "delete" && (set.kind === "map") !== (statement.data !== null))
    refuse(
      state,
      "PM1033",
      set.kind === "map"
        ? `\`${set.name}\` is a map: an element needs data`
        : `\`${set.name}\` is no map: an element has no data`,
      rule.span,
      "write `add @map { KEY : DATA }`, or `add @set { KEY }`",
    );
}

function refuseTarget(state: ScriptState, table: DraftTable, name: string, span: Span): void {
  const target = table.chains.get(name);
  if (target === undefined)
    refuse(
      state,
      "PM1073",
      `there is no chain \`${name}\` in table \`${table.name}\``,
      span,
      "add the chain in front, or look at its name",
    );
  else if (target.base !== null)
    refuse(
      state,
      "PM1074",
      `\`${name}\` is a base chain: nothing can jump to it`,
      span,
      "move its rules to a chain without a hook",
    );
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
  if (statement.kind === "flowOffload") {
    const { flowtable } = statement;
    if (!table.flowtables.has(flowtable)) missing("flowtable", flowtable);
    return;
  }
  const key = table.origin === "nft" ? objectKeyOf(statement) : null;
  if (key === null || table.objects.has(key)) return;
  const [kind = "", name = ""] = key.split(" ");
  missing(kind, name);
}

/** Who asks a set with members that only the device knows gets an answer only there. */
function withoutUnresolved(table: DraftTable, slot: RuleSlot): RuleSlot {
  const isUnresolved = (statement: Statement): boolean => {
    const reference = referenceOf(statement);
    return reference?.kind === "named" && table.sets.get(reference.name)?.unresolved !== undefined;
  };
  if (isNameless(slot.rule) || !slot.rule.statements.some(isUnresolved)) return slot;
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
      if (isNameless(rule)) continue;
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
