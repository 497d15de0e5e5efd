import { own } from "../../base/own.ts";
import type { TableFamily } from "../../device/device.ts";
import { FAMILIES, knownChain, knownTable, missing, parseFamily } from "./known.ts";
import type { Token } from "./lexer.ts";
import { type Reader, spanOf } from "./reader.ts";
import { usesChain, usesObject, usesSet } from "./references.ts";
import { type DraftChain, type DraftTable, objectKey, tableKey } from "./ruleset.ts";
import { changeElements } from "./scriptElements.ts";
import { parsePlace } from "./scriptRules.ts";
import { refuse, type ScriptState } from "./state.ts";

/** The place of the rule with a handle; deletions often go along a chain, so it begins at the last. */
function placeOf({ rules }: DraftChain, handle: number, near: number): number {
  for (let distance = 0; distance <= rules.length; distance++) {
    if (rules[near - distance]?.handle === handle) return near - distance;
    if (rules[near + distance]?.handle === handle) return near + distance;
  }
  return rules.findIndex((slot) => slot.handle === handle);
}

export function runDelete(reader: Reader, state: ScriptState, mustExist: boolean): void {
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
  const key = objectKey(own(CT_OBJECT_KINDS, what) ?? what, name.text);
  refuseInUse(state, table, kind, key, name);
  const gone =
    kind === "chain"
      ? table.chains.delete(name.text)
      : kind === "set" || kind === "map"
        ? table.sets.delete(name.text)
        : kind === "flowtable"
          ? table.flowtables.delete(name.text)
          : table.objects.delete(key);
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

const CT_OBJECT_KINDS: Readonly<Record<string, string>> = {
  helper: "ctHelper",
  timeout: "ctTimeout",
  expectation: "ctExpectation",
};

/** Rules that the deletions of one file look through, all together; past them nothing is refused. */
const MAXIMUM_SEARCHED = 20_000_000;

/** The kernel deletes nothing that a rule or an element of the table names. */
function refuseInUse(
  state: ScriptState,
  table: DraftTable,
  kind: string,
  key: string,
  name: Token,
): void {
  state.searched += table.handles;
  if (state.searched > MAXIMUM_SEARCHED) return;
  const isUsed =
    kind === "chain"
      ? usesChain(table, name.text)
      : kind === "set" || kind === "map"
        ? usesSet(table, name.text)
        : usesObject(table, key);
  if (isUsed)
    refuse(
      state,
      "PM1065",
      `\`${name.text}\` is in use`,
      spanOf(name),
      "delete the rules and elements that name it first",
    );
}

export function runFlush(reader: Reader, state: ScriptState): void {
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
      const isMap = set !== undefined && set.kind !== "set";
      if (set === undefined || (what !== "meter" && isMap !== (what === "map"))) {
        reader.unshift(name);
        throw missing(reader, `${what} \`${name.text}\` in table \`${table.name}\``);
      }
      table.sets.set(set.name, { ...set, elements: [] });
      return;
    }
    default:
      throw reader.problem(
        `\`flush ${what}\` is unknown`,
        "write flush ruleset, table, chain or set",
      );
  }
}
