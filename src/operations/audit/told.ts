import { readListing } from "../apply/listing.ts";
import { isSurrounding, type Snapshot, statedIn } from "../inventory/snapshot.ts";
import { entryLines } from "./toldEntries.ts";

/** Rules that came and went between two snapshots, and what else differs, each with the place where it stands. */
export interface ToldRules {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Rules of one difference that are listed: somebody may have flushed 10,000. */
export const MAXIMUM_TOLD = 50;

/** The difference of two snapshots in the words of what was read. Moved rules are in both lists. */
export function toldRules(before: Snapshot, after: Snapshot): ToldRules {
  const first = linesOf(before);
  const second = linesOf(after);
  return { added: limited(without(second, first)), removed: limited(without(first, second)) };
}

function limited(lines: readonly string[]): readonly string[] {
  const rest = lines.length - MAXIMUM_TOLD;
  return rest <= 0 ? lines : [...lines.slice(0, MAXIMUM_TOLD), `and ${rest} more`];
}

/** Lines of one that the other lacks, where the same line may stand several times. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function linesOf(snapshot: Snapshot): readonly string[] {
  const entries = new Set<string>();
  const rules = snapshot.parts.flatMap(({ name }) => {
    const text = statedIn(snapshot, name);
    if (text === null) return [];
    if (name === "nft") return nftLines(text);
    if (!isSurrounding(name)) return plainLines(name, text);
    /* Routes of IPv6 are read twice by some versions of ip. */
    for (const line of entryLines(name, text)) entries.add(line);
    return [];
  });
  return [...rules, ...entries];
}

/** `inet edge forward: ip saddr … drop`. */
function nftLines(text: string): readonly string[] {
  const tables = readListing(text);
  if (tables === null) return plainLines("nft", text);
  return tables.flatMap(({ key, properties, blocks }) => [
    `table ${key}`,
    ...properties.map((line) => `${key}: ${line}`),
    ...blocks.flatMap(({ kind, name, lines }) => {
      const place = kind === "chain" ? `${key} ${name}` : `${key} ${kind} ${name}`;
      return [`${kind} ${key} ${name}`, ...lines.map((line) => `${place}: ${line}`)];
    }),
  ]);
}

function plainLines(name: string, text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => `${name}: ${line.trim()}`);
}
