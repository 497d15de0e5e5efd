import type { SetElement } from "../../device/set.ts";
import type { Statement, Verdict } from "../../device/statement.ts";
import { addRule, keepHandle } from "./batch.ts";
import { knownChain, knownTable, refuseTaken } from "./known.ts";
import { markLines } from "./lineStates.ts";
import { settledSet } from "./ownElements.ts";
import { newName } from "./ownWords.ts";
import { type Reader, spanOf } from "./reader.ts";
import { parseRule } from "./rule.ts";
import type { RuleSlot } from "./ruleset.ts";
import { refuse, type ScriptState } from "./state.ts";
import { readNumber } from "./values.ts";

type Placing = "add" | "insert" | "replace";

/** `add|insert|replace rule [family] table chain [handle|position|index N] …`. */
export function placeRule(reader: Reader, state: ScriptState, verb: Placing): void {
  const table = knownTable(reader, state);
  const chain = knownChain(reader, table);
  const place = parsePlace(reader);
  state.currentTable = table;
  const rule = parseRule(reader, state, table.family, chain.base);
  markLines(state, rule.span.file, rule.span.line, rule.span.endLine, rule.state);
  const slot = addRule(state.batch, table, rule, state.parts);
  if (place === null) {
    if (verb === "insert") chain.rules.unshift(slot);
    else chain.rules.push(slot);
    return;
  }
  const at =
    place.by === "index"
      ? place.number
      : chain.rules.findIndex(({ handle }) => handle === place.number);
  if (chain.rules[at] === undefined) {
    refuse(
      state,
      "PM1072",
      `chain \`${chain.name}\` has no rule with ${place.by} ${place.number}`,
      rule.span,
      "list the chain with `nft -a` for its handles",
    );
    return;
  }
  if (verb !== "replace" && place.by === "handle" && place.number > table.settled)
    refuse(
      state,
      "PM1072",
      `the kernel does not know the rule with handle ${place.number} before this file is loaded`,
      rule.span,
      "write `index`, or put the rules in their order",
    );
  if (verb === "replace") {
    keepHandle(state.batch, slot, place.number);
    chain.rules[at] = slot;
  } else chain.rules.splice(verb === "add" ? at + 1 : at, 0, slot);
}

interface Place {
  readonly by: "handle" | "index";
  readonly number: number;
}

export function parsePlace(reader: Reader): Place | null {
  const { text } = reader.peek();
  if (text !== "handle" && text !== "position" && text !== "index") return null;
  if (reader.peek(1).kind !== "word" || readNumber(reader.peek(1).text) === null) return null;
  reader.next();
  const number = Number(reader.next().text);
  if (text === "index") return { by: "index", number };
  /* To the kernel handle 0 is none. */
  return number === 0 ? null : { by: "handle", number };
}

export function runRename(reader: Reader, state: ScriptState): void {
  reader.accept("chain");
  const table = knownTable(reader, state);
  const chain = knownChain(reader, table);
  const token = newName(reader, state, "the new name");
  const name = token.text;
  refuseTaken(state, table.chains, name, token);
  if (state.newChains.has(chain))
    refuse(
      state,
      "PM1071",
      `the kernel does not know \`${chain.name}\` before this file is loaded`,
      spanOf(token),
      "give the chain its name where it is added",
    );
  table.chains.delete(chain.name);
  table.chains.set(name, { ...chain, name });
  for (const other of table.chains.values())
    other.rules = other.rules.map((slot) => ({
      ...slot,
      rule: renameJumps(slot, chain.name, name),
    }));
  for (const set of table.sets.values())
    if (set.kind === "verdictMap")
      table.sets.set(set.name, {
        ...set,
        elements: renameTargets(settledSet(state, set).elements, chain.name, name),
      });
}

/** Rules point at chains, not at names: jumps follow a rename. */
function renameJumps(slot: RuleSlot, before: string, after: string): RuleSlot["rule"] {
  const statements = slot.rule.statements.map((statement): Statement => {
    if (statement.kind === "verdict")
      return { ...statement, verdict: renamed(statement.verdict, before, after) };
    if (statement.kind !== "verdictMap" || statement.map.kind !== "anonymous") return statement;
    const elements = renameTargets(statement.map.elements, before, after);
    return { ...statement, map: { ...statement.map, elements } };
  });
  return { ...slot.rule, statements };
}

function renameTargets(
  elements: readonly SetElement[],
  before: string,
  after: string,
): readonly SetElement[] {
  return elements.map((element) =>
    element.data?.kind === "verdict"
      ? {
          ...element,
          data: { kind: "verdict", verdict: renamed(element.data.verdict, before, after) },
        }
      : element,
  );
}

function renamed(verdict: Verdict, before: string, after: string): Verdict {
  const points = (verdict.kind === "jump" || verdict.kind === "goto") && verdict.chain === before;
  return points ? { ...verdict, chain: after } : verdict;
}
