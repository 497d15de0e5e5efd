import type { Table } from "../device/device.ts";
import type {
  DynamicSetStatement,
  Match,
  RejectWith,
  Statement,
  Verdict,
} from "../device/statement.ts";
import { evaluate, evaluateParts } from "./evaluate.ts";
import { matchIpset, updateIpset } from "./ipset.ts";
import {
  matchConnectionCount,
  matchHashLimit,
  matchLimit,
  matchQuota,
  matchRecent,
  matchStatistic,
} from "./limiters.ts";
import { containsKey, findElement, lookupData, resolveSet } from "./lookup.ts";
import { applyNat } from "./nat.ts";
import { matchPayloadSearch, matchU32 } from "./payloadMatch.ts";
import { writtenElement } from "./runtimeSets.ts";
import { decideRanges, type PresentValue } from "./value.ts";
import { unknownKey, type Walk } from "./walk.ts";
import { writeSelector } from "./writeSelector.ts";

/** What a statement says about the rule: go on, stop here (no match), or an end for the chain. */
export type Effect =
  | { readonly kind: "next" }
  | { readonly kind: "break" }
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "reject"; readonly with: RejectWith }
  /** From here on nothing is known. */
  | { readonly kind: "undecided"; readonly text: string };

const NEXT: Effect = { kind: "next" };
const BREAK: Effect = { kind: "break" };
const ACCEPT: Effect = { kind: "verdict", verdict: { kind: "accept" } };
const DROP: Effect = { kind: "verdict", verdict: { kind: "drop" } };

function matched(answer: boolean): Effect {
  return answer ? NEXT : BREAK;
}

/**
 * Runs one statement of a rule. `owner` carries the state of a statement that runs for an element
 * of a set; null: the statement itself does.
 */
export function runStatement(
  walk: Walk,
  table: Table,
  statement: Statement,
  owner: object | null = null,
): Effect {
  const state = owner ?? statement;
  switch (statement.kind) {
    case "match":
      return runMatch(walk, table, statement);
    case "verdict":
      return { kind: "verdict", verdict: statement.verdict };
    case "verdictMap":
      return runVerdictMap(walk, table, statement);
    case "reject":
      return { kind: "reject", with: statement.with };
    case "write":
      return writeSelector(walk, table, statement) ? NEXT : BREAK;
    case "nat":
      return runNat(walk, table, statement);
    case "notrack":
      /* Once a connection is attached, notrack is too late; what is invalid has none (measured on 6.18). */
      if (walk.tracking.kind !== "tracked" && walk.tracking.kind !== "zoned")
        walk.tracking = { kind: "untracked" };
      return NEXT;
    case "ctObject":
      if (statement.what === "helper" && walk.tracking.kind === "tracked")
        walk.tracking.connection.helper = statement.name;
      return NEXT;
    case "limit":
      return matched(matchLimit(walk, table, statement, state));
    case "quota":
      return matched(matchQuota(walk, table, statement, state));
    case "connectionCount":
      return matched(matchConnectionCount(walk, statement, state));
    case "hashLimit":
      return matched(matchHashLimit(walk, statement));
    case "recent":
      return matched(matchRecent(walk, statement));
    case "statistic":
      return matched(matchStatistic(walk, statement));
    case "payloadSearch":
      return matched(matchPayloadSearch(walk, statement));
    case "u32":
      return matched(matchU32(walk, statement));
    case "dynamicSet":
      return runDynamicSet(walk, table, statement);
    case "ipsetUpdate":
      updateIpset(walk, statement);
      return NEXT;
    case "harmless":
    case "noEffect":
    case "duplicate":
    case "flowOffload":
      return NEXT;
    case "objectReference":
      return runObject(walk, table, statement);
    case "opaqueMatch":
      return matched(runOpaque(walk, statement));
    case "tproxy":
    case "synproxy":
    case "forwardTo":
    case "opaqueAction":
    case "notUnderstood":
      return { kind: "undecided", text: "text" in statement ? statement.text : statement.kind };
  }
}

function runMatch(walk: Walk, table: Table, match: Match): Effect {
  const { test } = match;
  if (test.kind === "set" && test.set.kind === "ipset")
    return matched(matchIpset(walk, test.set) !== test.negated);
  if (test.kind === "set") {
    const parts = evaluateParts(walk, table, match.left);
    if (parts === null) return absent(match);
    return matched(containsKey(walk, table, test.set, parts) !== test.negated);
  }
  const value = evaluate(walk, table, match.left);
  if (value.kind === "absent") return absent(match);
  return matched(decideRanges(walk.choices, value, test.ranges) !== test.negated);
}

/** In nftables what is not there never matches; some matches of xtables go another way. */
function absent(match: Match): Effect {
  if (match.whenAbsent === undefined) return BREAK;
  return match.whenAbsent === "matches" ? NEXT : DROP;
}

function runVerdictMap(
  walk: Walk,
  table: Table,
  statement: Extract<Statement, { kind: "verdictMap" }>,
): Effect {
  const data = lookupData(walk, table, evaluateParts(walk, table, statement.key), statement.map);
  if (data === null) return BREAK;
  return data.kind === "verdict" ? { kind: "verdict", verdict: data.verdict } : BREAK;
}

function runNat(walk: Walk, table: Table, statement: Extract<Statement, { kind: "nat" }>): Effect {
  switch (applyNat(walk, table, statement)) {
    case "done":
      return ACCEPT;
    case "full":
      return DROP;
    case "unused":
      return NEXT;
    case "absent":
      return BREAK;
  }
}

function runObject(
  walk: Walk,
  table: Table,
  statement: Extract<Statement, { kind: "objectReference" }>,
): Effect {
  let { name } = statement;
  if (statement.lookup !== null) {
    const data = lookupData(
      walk,
      table,
      evaluateParts(walk, table, statement.lookup.key),
      statement.lookup.map,
    );
    if (data === null || data.kind !== "object") return BREAK;
    name = data.name;
  }
  const object = table.objects.find(
    (candidate) => candidate.kind === statement.object && candidate.name === name,
  );
  return object === undefined ? NEXT : runStatement(walk, table, object.statement, object);
}

function runOpaque(walk: Walk, statement: Extract<Statement, { kind: "opaqueMatch" }>): boolean {
  const key = unknownKey(walk, statement);
  const answer = walk.choices.choose(key, statement.text, ["matches", "does not match"]) === 0;
  return answer !== statement.negated;
}

/** State of the statements of an element, by set and key: each element has limiters of its own. */
const elementStates = new WeakMap<object, Map<string, object>>();

function elementState(statement: object, key: string): object {
  const states = elementStates.get(statement) ?? new Map<string, object>();
  elementStates.set(statement, states);
  const state = states.get(key) ?? {};
  states.set(key, state);
  return state;
}

/** `add`, `update` and `delete` from the packet path (nft_dynset). */
function runDynamicSet(walk: Walk, table: Table, statement: DynamicSetStatement): Effect {
  const parts = evaluateParts(walk, table, statement.key);
  if (parts === null) return BREAK;
  const data = statement.data === null ? null : evaluateParts(walk, table, statement.data);
  if (statement.data !== null && data === null) return BREAK;
  if (!writeElement(walk, table, statement, parts, data)) return BREAK;
  const set = resolveSet(walk, table, { kind: "named", name: statement.set, span: table.span });
  const extra =
    statement.statements.length > 0 ? statement.statements : (set?.named?.elementStatements ?? []);
  for (const inner of extra) {
    const key = parts.map((part) => (part.kind === "known" ? part.value : part.text)).join(" . ");
    const effect = runStatement(walk, table, inner, elementState(inner, key));
    if (effect.kind !== "next") return effect;
  }
  return NEXT;
}

/** False where the set is full: the rule does not match then (measured). */
function writeElement(
  walk: Walk,
  table: Table,
  statement: DynamicSetStatement,
  parts: readonly PresentValue[],
  data: readonly PresentValue[] | null,
): boolean {
  const set = resolveSet(walk, table, { kind: "named", name: statement.set, span: table.span });
  if (set?.named == null) return true;
  if (walk.memory === null) {
    if (statement.operation === "delete") return true;
    const own = walk.ownElements.get(set.key) ?? [];
    walk.ownElements.set(set.key, [...own, [...parts]]);
    return true;
  }
  const values = parts.map((part) => (part.kind === "known" ? part.value : null));
  if (values.some((value) => value === null)) return true;
  const found = findElement(walk, set, parts);
  const exact = found === null || found.catchAll ? null : found;
  if (statement.operation === "delete") {
    if (exact !== null) walk.memory.deleteElement(set.key, set.named, exact);
    return true;
  }
  if (exact !== null) {
    if (statement.operation === "update")
      walk.memory.renewElement(set.key, set.named, exact, statement.timeoutMs);
    return true;
  }
  const held = data?.every((part) => part.kind === "known") === true ? data : null;
  const element = writtenElement(
    values.map((value) => value ?? 0n),
    statement.timeoutMs,
    [],
    held === null
      ? null
      : {
          kind: "value",
          parts: held.map((part) => {
            const value = part.kind === "known" ? part.value : 0n;
            return { from: value, to: value };
          }),
          widths: held.map((part) => part.width),
        },
  );
  return walk.memory.addElement(set.key, set.named, element);
}
