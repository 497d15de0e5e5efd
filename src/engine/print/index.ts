import type { Device, Table } from "../device/device.ts";
import type { NamedSet } from "../device/set.ts";
import { tableLines } from "./blocks.ts";
import { elementText } from "./elements.ts";
import type { PrintedRuleset, PrintOptions, Unprintable } from "./options.ts";
import { dataFormsOf, pageOf } from "./rule.ts";
import { keyForms } from "./set.ts";

export type { Counts, Handles, PrintedRuleset, PrintOptions, Unprintable } from "./options.ts";
export { printRule } from "./rule.ts";

/** As `nft -s list ruleset` prints it. */
export const STATELESS: PrintOptions = { counts: null, handles: null, terse: false };

/**
 * The text of `nft list ruleset` (1.0.6) for a device. What nft would not take is told, and stands in the text as a
 * comment.
 */
export function printDevice(device: Device, options: PrintOptions = STATELESS): PrintedRuleset {
  const unprintable: Unprintable[] = [...device.ipsets.keys()].map((name) => ({
    what: `the ipset \`${name}\``,
    span: null,
  }));
  const lines = device.tables.flatMap((table) => tableLines(table, options, unprintable));
  return { text: lines.map((line) => `${line}\n`).join(""), unprintable };
}

/** What stands between the braces of the only item of a table, in one line: `{ type ipv4_addr; }`. */
export function printBlock(table: Table): string {
  const [, , ...lines] = tableLines(table, STATELESS, []);
  const inner = lines.slice(0, -2).map((line) => line.trim());
  return `{ ${inner.map((line) => (line.endsWith(";") ? line : `${line};`)).join(" ")} }`;
}

/** Each element of a set as it would stand between braces. */
export function printElements(
  { sets }: Pick<Table, "sets">,
  set: NamedSet,
  options: PrintOptions,
): readonly string[] {
  const page = pageOf(options, []);
  const data = dataFormsOf(sets.find(({ name }) => name === set.name) ?? set);
  return set.elements.map((element) => elementText(element, keyForms(set), data, page));
}
