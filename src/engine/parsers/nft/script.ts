import { addChain, parseChainBlock } from "./chainBlock.ts";
import { parseFlowtable } from "./flowtable.ts";
import { type DefinitionScope, runDefinition, runInclude } from "./include.ts";
import { knownTable, parseFamily, refuseTaken } from "./known.ts";
import { addObject, parseObject } from "./objects.ts";
import { newName } from "./ownWords.ts";
import { describe, type Reader, spanOf } from "./reader.ts";
import { recover } from "./recover.ts";
import { type DraftTable, objectKey, tableKey } from "./ruleset.ts";
import { runDelete, runFlush } from "./scriptDelete.ts";
import { changeElements } from "./scriptElements.ts";
import { placeRule, runRename } from "./scriptRules.ts";
import { parseSetBlock } from "./setBlock.ts";
import { report, type ScriptState } from "./state.ts";
import { addFlowtable, addSet, parseTableItems } from "./tableBlock.ts";
import { closeBatch } from "./validate.ts";

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
      closeBatch(state);
      endCommand(reader, state);
    } catch (error) {
      recover(reader, state, error, 0);
      closeBatch(state);
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
      state.variables.within(() => parseTableItems(reader, state, table, common));
      reader.expect("}");
      return;
    }
    case "chain": {
      reader.next();
      const table = knownTable(reader, state);
      const name = newName(reader, state, "the name of a chain");
      if (verb === "create") refuseTaken(state, table.chains, name.text, name);
      const chain = addChain(state, table, name.text, spanOf(name));
      if (reader.is("{")) parseChainBlock(reader, state, table, chain, common);
      return;
    }
    case "set":
    case "map": {
      reader.next();
      const table = knownTable(reader, state);
      const name = newName(reader, state, "the name of a set");
      const set = parseSetBlock(reader, state, token.text, name.text, spanOf(name), common);
      if (verb === "create") refuseTaken(state, table.sets, name.text, name);
      addSet(state, table, set);
      return;
    }
    case "element":
      reader.next();
      return changeElements(reader, state, verb, true);
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
      return runAddObject(reader, state, verb);
    default:
      placeRule(reader, state, "add");
  }
}

function runFlowtable(reader: Reader, state: ScriptState): void {
  reader.next();
  const table = knownTable(reader, state);
  const name = newName(reader, state, "the name of a flowtable");
  addFlowtable(state, table, parseFlowtable(reader, name));
}

/** The family and table stand between the kind and the name: `add limit inet t l { … }`. */
function runAddObject(reader: Reader, state: ScriptState, verb: "add" | "create"): void {
  const kind = reader.next();
  const sub = kind.text === "ct" ? reader.next() : null;
  const table = knownTable(reader, state);
  if (sub !== null) reader.unshift(sub);
  reader.unshift(kind);
  const object = parseObject(reader, state);
  const key = objectKey(object.kind, object.name);
  if (verb === "create") refuseTaken(state, table.objects, key, kind, object.name);
  addObject(state, table, object);
}

/** A table declared again without flags is dormant no more (measured). */
function declareTable(reader: Reader, state: ScriptState, verb: "add" | "create"): DraftTable {
  const family = parseFamily(reader);
  const name = newName(reader, state, "the name of a table");
  const key = tableKey(family, name.text);
  const known = state.ruleset.tables.get(key);
  if (known !== undefined) {
    if (verb === "create") refuseTaken(state, state.ruleset.tables, key, name, name.text);
    known.dormant = false;
    return known;
  }
  const table: DraftTable = {
    family,
    name: name.text,
    origin: "nft",
    dormant: false,
    comment: "",
    chains: new Map(),
    sets: new Map(),
    objects: new Map(),
    flowtables: new Map(),
    handles: 0,
    settled: 0,
    span: spanOf(name),
  };
  state.ruleset.tables.set(key, table);
  return table;
}
