import type { ListedTable } from "../apply/listing.ts";
import { tableText } from "../apply/script.ts";

/** Tables as nft prints them. */
export function listingText(tables: readonly ListedTable[]): string {
  const lines = tables.flatMap(({ key, properties, blocks }) => tableText(key, properties, blocks));
  return `${lines.join("\n")}\n`;
}
