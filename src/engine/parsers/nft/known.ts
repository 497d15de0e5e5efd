import type { TableFamily } from "../../device/device.ts";
import type { Token } from "./lexer.ts";
import { type Reader, type SyntaxProblem, spanOf } from "./reader.ts";
import { type DraftChain, type DraftTable, tableKey } from "./ruleset.ts";
import { refuse, type ScriptState } from "./state.ts";

export const FAMILIES: readonly string[] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

export function parseFamily(reader: Reader): TableFamily {
  return FAMILIES.includes(reader.peek().text) ? (reader.next().text as TableFamily) : "ip";
}

export function knownTable(reader: Reader, state: ScriptState): DraftTable {
  const family = parseFamily(reader);
  const name = reader.word("the name of a table");
  const table = state.ruleset.tables.get(tableKey(family, name.text));
  if (table !== undefined) return table;
  reader.unshift(name);
  throw missing(reader, `table \`${family} ${name.text}\``);
}

export function missing(reader: Reader, what: string): SyntaxProblem {
  return reader.problem(`there is no ${what}`, "add it first, or look at its name", "PM1071");
}

export function knownChain(reader: Reader, table: DraftTable): DraftChain {
  const name = reader.word("the name of a chain");
  const chain = table.chains.get(name.text);
  if (chain !== undefined) return chain;
  reader.unshift(name);
  throw missing(reader, `chain \`${name.text}\` in table \`${table.name}\``);
}

/** `create` wants a name that is free. */
export function refuseTaken(
  state: ScriptState,
  taken: ReadonlyMap<string, unknown>,
  key: string,
  at: Token,
  name = key,
): void {
  if (!taken.has(key)) return;
  const help = "write `add`, or delete it first";
  refuse(state, "PM1070", `\`${name}\` is already there`, spanOf(at), help);
}
