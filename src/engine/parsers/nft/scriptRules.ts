import { knownChain, knownTable } from "./known.ts";
import { markLines } from "./lineStates.ts";
import type { Reader } from "./reader.ts";
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
  const slot = { rule, handle: ++table.handles };
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
  if (verb === "replace") chain.rules[at] = slot;
  else chain.rules.splice(verb === "add" ? at + 1 : at, 0, slot);
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
  return { by: text === "index" ? "index" : "handle", number: Number(reader.next().text) };
}

export function runRename(reader: Reader, state: ScriptState): void {
  reader.accept("chain");
  const table = knownTable(reader, state);
  const chain = knownChain(reader, table);
  const name = reader.word("the new name").text;
  table.chains.delete(chain.name);
  const renamed = { ...chain, name };
  table.chains.set(name, renamed);
  for (const other of table.chains.values())
    other.rules = other.rules.map((slot) => ({
      ...slot,
      rule: renameJumps(slot, chain.name, name),
    }));
}

/** Rules point at chains, not at names: jumps follow a rename. */
function renameJumps(slot: RuleSlot, before: string, after: string): RuleSlot["rule"] {
  const statements = slot.rule.statements.map((statement) => {
    if (statement.kind !== "verdict") return statement;
    const { verdict } = statement;
    const points = (verdict.kind === "jump" || verdict.kind === "goto") && verdict.chain === before;
    return points ? { ...statement, verdict: { ...verdict, chain: after } } : statement;
  });
  return { ...slot.rule, statements };
}
