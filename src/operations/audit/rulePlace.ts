import { partOf, RULESET_PARTS, type Snapshot } from "../inventory/snapshot.ts";

/** Where a rule stands. Lines count from 1. */
export interface RulePlace {
  /** Line of `nft -s list ruleset` or of the iptables-save; null: it is not told there in these words. */
  readonly listingLine: number | null;
  /** `/etc/nftables.conf:31`, where a source file has it in the same words; null: none has. */
  readonly source: string | null;
}

/** Where a rule of a difference (`inet edge forward: ip saddr … drop`) stands in the snapshot that has it. */
export function placeOf(told: string, snapshot: Snapshot): RulePlace {
  const at = told.indexOf(": ");
  const [place, rule] = at < 0 ? ["", told] : [told.slice(0, at), told.slice(at + 2)];
  const [first = ""] = rule.split("\n");
  const isSave = RULESET_PARTS.includes(place) && place !== "nft";
  const listing = partOf(snapshot, isSave ? place : "nft") ?? "";
  const listingLine = isSave ? lineOf(listing, first) : lineInTable(listing, place, first);
  return { listingLine, source: sourceOf(place, first, snapshot) };
}

function lineOf(text: string, rule: string): number | null {
  const found = text.split("\n").findIndex((line) => line.trim() === rule);
  return found < 0 ? null : found + 1;
}

/** `place` is `inet edge forward`, of a set `inet edge set bans`. */
function lineInTable(listing: string, place: string, rule: string): number | null {
  const [family, table, ...block] = place.split(" ");
  const name = block.at(-1);
  let isTable = false;
  let isBlock = false;
  const found = listing.split("\n").findIndex((line) => {
    if (/^\S/.test(line)) isTable = line.startsWith(`table ${family} ${table} {`);
    if (/^\t\S/.test(line)) isBlock = isTable && line.split(/[\t ]/).includes(name ?? "");
    return isBlock && line.trim() === rule;
  });
  return found < 0 ? null : found + 1;
}

/** Spaces and the ends of statements are the writer's taste. */
const plain = (line: string) =>
  line
    .replace(/[;\s]+$/, "")
    .trim()
    .replace(/\s+/g, " ");

/** In a chain of that table and name, or as a command that adds it there. */
function sourceOf(place: string, rule: string, { parts }: Snapshot): string | null {
  const wanted = plain(rule);
  const commands = ["add", "insert"].map((verb) => `${verb} rule ${place} ${wanted}`);
  const [family, table, chain] = place.split(" ");
  for (const { name, text } of parts) {
    if (!name.startsWith("/") || text === null) continue;
    let isTable = false;
    let isChain = false;
    const found = text.split("\n").findIndex((line) => {
      const words = plain(line);
      if (words.startsWith("table ")) isTable = words.startsWith(`table ${family} ${table} {`);
      if (words.startsWith("chain ")) isChain = isTable && words.startsWith(`chain ${chain} {`);
      return commands.includes(words) || (isChain && words === wanted);
    });
    if (found >= 0) return `${name}:${found + 1}`;
  }
  return null;
}

/** `line 12 of what runs, /etc/nftables.conf:31`; null: it is nowhere told. */
export function placeText({ listingLine, source }: RulePlace): string | null {
  const words = [
    ...(listingLine === null ? [] : [`line ${listingLine} of the listing`]),
    ...(source === null ? [] : [source]),
  ];
  return words.length === 0 ? null : words.join(", ");
}
