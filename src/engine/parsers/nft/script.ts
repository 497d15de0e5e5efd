import type { TableFamily } from "../../device/device.ts";
import { parseFlowtable } from "./flowtable.ts";
import { type DefinitionScope, runDefinition, runInclude } from "./include.ts";
import { markLines } from "./lineStates.ts";
import { deleteElements } from "./ownElements.ts";
import { describe, type Reader, type SyntaxProblem, spanOf } from "./reader.ts";
import { parseRule } from "./rule.ts";
import { type DraftChain, type DraftTable, objectKey, type RuleSlot, tableKey } from "./ruleset.ts";
import { parseElementsFor, parseSetBlock } from "./setBlock.ts";
import { addElements, setKey } from "./sets.ts";
import { refuse, report, type ScriptState } from "./state.ts";
import {
  addChain,
  addObject,
  addSet,
  parseChainBlock,
  parseObject,
  parseTableItems,
  recover,
} from "./tableBlock.ts";
import { readNumber } from "./values.ts";

const FAMILIES: readonly string[] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];
const COMMANDS: readonly string[] = [
  "add",
  "create",
  "insert",
  "replace",
  "delete",
  "destroy",
  "flush",
  "rename",
  "reset",
  "list",
  "monitor",
  "describe",
  "export",
];

/** Runs one file on the ruleset of `state`, command by command. */
export function runScript(reader: Reader, state: ScriptState, scope: DefinitionScope): void {
  for (;;) {
    reader.skipSeparators();
    if (reader.peek().kind === "end") return;
    try {
      if (runCommon(reader, state, scope, (inner) => runScript(inner, state, scope))) continue;
      runCommand(reader, state, scope);
      endCommand(reader, state);
    } catch (error) {
      recover(reader, state, error, 0);
      while (reader.is("}")) reader.next();
      reader.depth = 0;
    }
  }
}

function runCommon(
  reader: Reader,
  state: ScriptState,
  scope: DefinitionScope,
  within: (inner: Reader) => void,
): boolean {
  return runDefinition(reader, state) || runInclude(reader, state, scope, within);
}

/** nft 1.0.6 wants a line end or a semicolon behind `}`; newer ones do not. */
function endCommand(reader: Reader, state: ScriptState): void {
  const token = reader.peek();
  if (token.kind === "newline" || token.kind === "end" || token.text === ";") return;
  if (COMMANDS.includes(token.text) || token.text === "table") {
    report(
      state,
      "warning",
      "PM1002",
      "commands on one line without `;` between them",
      spanOf(token),
      "put a line end or `;` in front",
    );
    return;
  }
  throw reader.problem(`expected the end of the command, found ${describe(token)}`);
}

function runCommand(reader: Reader, state: ScriptState, scope: DefinitionScope): void {
  const token = reader.peek();
  if (token.text === "table") return runAdd(reader, state, scope, "add");
  if (!COMMANDS.includes(token.text)) {
    if (
      ["chain", "set", "map", "rule", "element", "counter", "quota", "limit"].includes(token.text)
    )
      return runAdd(reader, state, scope, "add");
    throw reader.problem(
      `unknown command ${describe(token)}`,
      `write one of ${COMMANDS.slice(0, 8).join(", ")} or a table`,
    );
  }
  reader.next();
  switch (token.text) {
    case "add":
    case "create":
      return runAdd(reader, state, scope, token.text);
    case "insert":
      reader.accept("rule");
      return placeRule(reader, state, "insert");
    case "replace":
      reader.accept("rule");
      return placeRule(reader, state, "replace");
    case "delete":
    case "destroy":
      return runDelete(reader, state, token.text === "delete");
    case "flush":
      return runFlush(reader, state);
    case "rename":
      return runRename(reader, state);
    default:
      reader.skipStatement();
  }
}

function parseFamily(reader: Reader): TableFamily {
  return FAMILIES.includes(reader.peek().text) ? (reader.next().text as TableFamily) : "ip";
}

function runAdd(
  reader: Reader,
  state: ScriptState,
  scope: DefinitionScope,
  verb: "add" | "create",
): void {
  const token = reader.peek();
  const common = (inner: Reader, within: (more: Reader) => void) =>
    runCommon(inner, state, scope, within);
  switch (token.text) {
    case "table": {
      reader.next();
      const table = declareTable(reader, state, verb);
      if (!reader.accept("{")) return;
      parseTableItems(reader, state, table, common);
      reader.expect("}");
      return;
    }
    case "chain": {
      reader.next();
      const table = knownTable(reader, state);
      const name = reader.word("the name of a chain");
      if (verb === "create" && table.chains.has(name.text))
        refuse(state, "PM1070", `chain \`${name.text}\` is already there`, spanOf(name));
      const chain = addChain(state, table, name.text, spanOf(name));
      if (reader.is("{")) parseChainBlock(reader, state, table, chain, common);
      return;
    }
    case "set":
    case "map": {
      reader.next();
      const table = knownTable(reader, state);
      const name = reader.word("the name of a set");
      const set = parseSetBlock(reader, state, token.text, name.text, spanOf(name), common);
      addSet(state, table, set);
      return;
    }
    case "element":
      reader.next();
      return changeElements(reader, state, "add", true);
    case "flowtable":
      return runFlowtable(reader, state);
    case "rule":
      reader.next();
      return placeRule(reader, state, "add");
    case "counter":
    case "quota":
    case "limit":
    case "ct":
    case "secmark":
    case "synproxy":
      return runAddObject(reader, state);
    default:
      placeRule(reader, state, "add");
  }
}

function runFlowtable(reader: Reader, state: ScriptState): void {
  reader.next();
  const table = knownTable(reader, state);
  const name = reader.word("the name of a flowtable");
  table.flowtables.set(name.text, parseFlowtable(reader, name));
}

/** The family and table stand between the kind and the name: `add limit inet t l { … }`. */
function runAddObject(reader: Reader, state: ScriptState): void {
  const kind = reader.next();
  const sub = kind.text === "ct" ? reader.next() : null;
  const table = knownTable(reader, state);
  if (sub !== null) reader.unshift(sub);
  reader.unshift(kind);
  addObject(table, parseObject(reader));
}

/** A table declared again without flags is dormant no more (measured). */
function declareTable(reader: Reader, state: ScriptState, verb: "add" | "create"): DraftTable {
  const family = parseFamily(reader);
  const name = reader.word("the name of a table");
  const key = tableKey(family, name.text);
  const known = state.ruleset.tables.get(key);
  if (known !== undefined) {
    if (verb === "create")
      refuse(state, "PM1070", `table \`${name.text}\` is already there`, spanOf(name));
    known.dormant = false;
    return known;
  }
  const table: DraftTable = {
    family,
    name: name.text,
    origin: "nft",
    dormant: false,
    chains: new Map(),
    sets: new Map(),
    objects: new Map(),
    flowtables: new Map(),
    handles: 0,
    span: spanOf(name),
  };
  state.ruleset.tables.set(key, table);
  return table;
}

function knownTable(reader: Reader, state: ScriptState): DraftTable {
  const family = parseFamily(reader);
  const name = reader.word("the name of a table");
  const table = state.ruleset.tables.get(tableKey(family, name.text));
  if (table !== undefined) return table;
  reader.unshift(name);
  throw missing(reader, `table \`${family} ${name.text}\``);
}

function missing(reader: Reader, what: string): SyntaxProblem {
  return reader.problem(`there is no ${what}`, "add it first, or look at its name", "PM1071");
}

function knownChain(reader: Reader, table: DraftTable): DraftChain {
  const name = reader.word("the name of a chain");
  const chain = table.chains.get(name.text);
  if (chain !== undefined) return chain;
  reader.unshift(name);
  throw missing(reader, `chain \`${name.text}\` in table \`${table.name}\``);
}

type Placing = "add" | "insert" | "replace";

/** `add|insert|replace rule [family] table chain [handle|position|index N] …`. */
function placeRule(reader: Reader, state: ScriptState, verb: Placing): void {
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

function parsePlace(reader: Reader): Place | null {
  const { text } = reader.peek();
  if (text !== "handle" && text !== "position" && text !== "index") return null;
  if (reader.peek(1).kind !== "word" || readNumber(reader.peek(1).text) === null) return null;
  reader.next();
  return { by: text === "index" ? "index" : "handle", number: Number(reader.next().text) };
}

function changeElements(
  reader: Reader,
  state: ScriptState,
  verb: "add" | "delete",
  mustExist: boolean,
): void {
  const table = knownTable(reader, state);
  const name = reader.word("the name of a set");
  const set = table.sets.get(name.text);
  if (set === undefined) {
    reader.unshift(name);
    throw missing(reader, `set \`${name.text}\` in table \`${table.name}\``);
  }
  state.opaque.length = 0;
  const elements = parseElementsFor(reader, state, set);
  const unresolved = [...(set.unresolved ?? []), ...state.opaque];
  state.opaque.length = 0;
  state.currentTable = table;
  if (verb === "add" && set.constant === true && !state.madeHere.has(setKey(state, set.name)))
    refuse(
      state,
      "PM1064",
      `\`${set.name}\` is constant`,
      spanOf(name),
      "take `flags constant` out of the set",
    );
  const changed =
    verb === "add"
      ? addElements(state, set, elements)
      : deleteElements(state, set, elements, mustExist);
  table.sets.set(set.name, unresolved.length > 0 ? { ...changed, unresolved } : changed);
}

/** The place of the rule with a handle; deletions often go along a chain, so it begins at the last. */
function placeOf({ rules }: DraftChain, handle: number, near: number): number {
  for (let distance = 0; distance <= rules.length; distance++) {
    if (rules[near - distance]?.handle === handle) return near - distance;
    if (rules[near + distance]?.handle === handle) return near + distance;
  }
  return rules.findIndex((slot) => slot.handle === handle);
}

function runDelete(reader: Reader, state: ScriptState, mustExist: boolean): void {
  const token = reader.next();
  const { tables } = state.ruleset;
  switch (token.text) {
    case "table": {
      const family = parseFamily(reader);
      const name = reader.word("the name of a table");
      const isThere = tables.delete(tableKey(family, name.text));
      if (!isThere && mustExist)
        refuse(
          state,
          "PM1071",
          `there is no table \`${family} ${name.text}\``,
          spanOf(name),
          "write `destroy`, or `add table` in front",
        );
      return;
    }
    case "element":
      return changeElements(reader, state, "delete", mustExist);
    case "rule": {
      const found = mustExist ? null : chainIfThere(reader, state);
      if (found === "missing") return;
      const table = knownTable(reader, state);
      const chain = knownChain(reader, table);
      const place = parsePlace(reader);
      const at = place === null ? -1 : placeOf(chain, place.number, chain.lastDeleted);
      chain.lastDeleted = Math.max(0, at);
      if (at >= 0) chain.rules.splice(at, 1);
      else if (mustExist)
        refuse(
          state,
          "PM1072",
          `chain \`${chain.name}\` has no such rule`,
          spanOf(token),
          "list the chain with `nft -a` for its handles",
        );
      return;
    }
    default:
      deleteNamed(reader, state, token.text, mustExist);
  }
}

/** `destroy rule` does not mind that the chain is not there; looks ahead without taking anything. */
function chainIfThere(reader: Reader, state: ScriptState): "missing" | null {
  const hasFamily = FAMILIES.includes(reader.peek().text);
  const family = hasFamily ? (reader.peek().text as TableFamily) : "ip";
  const at = hasFamily ? 1 : 0;
  const table = state.ruleset.tables.get(tableKey(family, reader.peek(at).text));
  if (table?.chains.has(reader.peek(at + 1).text) === true) return null;
  reader.skipStatement();
  return "missing";
}

function deleteNamed(reader: Reader, state: ScriptState, kind: string, mustExist: boolean): void {
  const what = kind === "ct" ? reader.next().text : kind;
  const table = knownTable(reader, state);
  const name = reader.word(`the name of a ${kind}`);
  const objects: Readonly<Record<string, string>> = {
    helper: "ctHelper",
    timeout: "ctTimeout",
    expectation: "ctExpectation",
  };
  const gone =
    kind === "chain"
      ? table.chains.delete(name.text)
      : kind === "set" || kind === "map"
        ? table.sets.delete(name.text)
        : kind === "flowtable"
          ? table.flowtables.delete(name.text)
          : table.objects.delete(objectKey(objects[what] ?? what, name.text));
  if (!gone && mustExist)
    refuse(
      state,
      "PM1071",
      `there is no ${kind} \`${name.text}\``,
      spanOf(name),
      "look at its name",
    );
  if (reader.is("{")) reader.skipStatement();
}

function runFlush(reader: Reader, state: ScriptState): void {
  const what = reader.next().text;
  const { tables } = state.ruleset;
  switch (what) {
    case "ruleset": {
      const family = FAMILIES.includes(reader.peek().text) ? reader.next().text : null;
      for (const [key, table] of tables)
        if (family === null || table.family === family) tables.delete(key);
      return;
    }
    case "table":
      for (const chain of knownTable(reader, state).chains.values()) chain.rules = [];
      return;
    case "chain":
      knownChain(reader, knownTable(reader, state)).rules = [];
      return;
    case "set":
    case "map":
    case "meter": {
      const table = knownTable(reader, state);
      const name = reader.word("the name of a set");
      const set = table.sets.get(name.text);
      if (set !== undefined) table.sets.set(set.name, { ...set, elements: [] });
      return;
    }
    default:
      throw reader.problem(
        `\`flush ${what}\` is unknown`,
        "write flush ruleset, table, chain or set",
      );
  }
}

function runRename(reader: Reader, state: ScriptState): void {
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
