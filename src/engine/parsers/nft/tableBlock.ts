import type { Flowtable } from "../../device/device.ts";
import type { NamedSet } from "../../device/set.ts";
import { addOther } from "./batch.ts";
import { addChain, parseChainBlock } from "./chainBlock.ts";
import { parseFlowtable } from "./flowtable.ts";
import { addObject, parseObject } from "./objects.ts";
import { newName } from "./ownWords.ts";
import { describe, type Reader, spanOf } from "./reader.ts";
import { recover } from "./recover.ts";
import type { DraftTable } from "./ruleset.ts";
import { parseSetBlock } from "./setBlock.ts";
import { mergeSet } from "./sets.ts";
import type { CommonItem, ScriptState } from "./state.ts";

const OBJECTS: readonly string[] = ["counter", "quota", "limit", "ct", "secmark", "synproxy"];

/** The items of a table up to its closing brace, or to the end of an included file. */
export function parseTableItems(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  common: CommonItem,
): void {
  for (;;) {
    reader.skipSeparators();
    if (reader.is("}") || reader.peek().kind === "end") return;
    const { depth } = reader;
    try {
      if (common(reader, (inner) => parseTableItems(inner, state, table, common))) continue;
      parseTableItem(reader, state, table, common);
    } catch (error) {
      recover(reader, state, error, depth);
    }
  }
}

function parseTableItem(
  reader: Reader,
  state: ScriptState,
  table: DraftTable,
  common: CommonItem,
): void {
  const token = reader.peek();
  switch (token.text) {
    case "chain": {
      reader.next();
      const name = newName(reader, state, "the name of a chain");
      const chain = addChain(state, table, name.text, spanOf(name));
      parseChainBlock(reader, state, table, chain, common);
      return;
    }
    case "set":
    case "map": {
      reader.next();
      const name = newName(reader, state, "the name of a set");
      const set = parseSetBlock(reader, state, token.text, name.text, spanOf(name), common);
      addSet(state, table, set);
      return;
    }
    case "flowtable": {
      reader.next();
      const name = newName(reader, state, "the name of a flowtable");
      addFlowtable(state, table, parseFlowtable(reader, name));
      return;
    }
    case "flags":
      reader.next();
      do {
        if (reader.word("a flag").text === "dormant") table.dormant = true;
      } while (reader.accept(","));
      return;
    case "comment":
      reader.next();
      table.comment = reader.word("a comment").text;
      return;
    default:
      if (!OBJECTS.includes(token.text))
        throw reader.problem(`expected chain, set or map, found ${describe(token)}`);
      addObject(state, table, parseObject(reader, state));
  }
}

export function addSet(state: ScriptState, table: DraftTable, set: NamedSet): void {
  state.currentTable = table;
  const known = table.sets.get(set.name);
  if (known === undefined) addOther(state.batch, table);
  table.sets.set(set.name, mergeSet(state, known ?? null, set));
}

export function addFlowtable(state: ScriptState, table: DraftTable, flowtable: Flowtable): void {
  if (!table.flowtables.has(flowtable.name)) addOther(state.batch, table);
  table.flowtables.set(flowtable.name, flowtable);
}
