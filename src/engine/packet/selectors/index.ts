import { CONNTRACK_ROWS } from "./conntrack.ts";
import { EXTENSION_ROWS } from "./extension.ts";
import { META_ROWS } from "./meta.ts";
import { OTHER_ROWS } from "./other.ts";
import { PAYLOAD_ROWS } from "./payload.ts";
import type { SelectorRow } from "./row.ts";

export { CT_STATE, CT_STATUS } from "./conntrack.ts";
export * from "./row.ts";

/** All selectors, by canonical spelling. */
export const SELECTORS: ReadonlyMap<string, SelectorRow> = new Map(
  [...PAYLOAD_ROWS, ...META_ROWS, ...CONNTRACK_ROWS, ...EXTENSION_ROWS, ...OTHER_ROWS].map(
    (row) => [row.id, row],
  ),
);

/** The row of `id`. Throws where there is none: parsers hand out ids of the table only. */
export function selectorRow(id: string): SelectorRow {
  const row = SELECTORS.get(id);
  if (row === undefined) throw new Error(`no selector \`${id}\``);
  return row;
}
