import {
  type ListedTable,
  readListing,
  withoutLiveElements,
  withRunningElements,
} from "../apply/listing.ts";
import { listingText } from "../apply/script.ts";
import { partOf, RULESET_PARTS, type Snapshot, withPart } from "../inventory/snapshot.ts";
import { revert } from "./revert.ts";

/** What one difference made of what, as it was seen. */
export interface Sides {
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** What would run if a difference were taken back from what runs. */
export type TakenBack =
  | { readonly kind: "back"; readonly snapshot: Snapshot }
  /** Nothing of it runs any more. */
  | { readonly kind: "gone" }
  /** Others have changed the same place since, or a listing cannot be taken apart. */
  | { readonly kind: "conflict" };

/** Takes one difference back from what runs, on paper; all else stays as it is. */
export function takeBack(sides: Sides, running: Snapshot): TakenBack {
  let snapshot = running;
  const isHere = (name: string) => partOf(sides.before, name) !== partOf(sides.after, name);
  if (!RULESET_PARTS.some(isHere)) return { kind: "conflict" };
  for (const name of RULESET_PARTS.filter(isHere)) {
    const next = name === "nft" ? nftBack(sides, running) : partBack(sides, running, name);
    if (next === null) return { kind: "conflict" };
    if (next !== (partOf(running, name) ?? "")) snapshot = withPart(snapshot, name, next);
  }
  return snapshot === running ? { kind: "gone" } : { kind: "back", snapshot };
}

/** The part as it was before; null: it is neither that nor what it became. */
function partBack({ before, after }: Sides, running: Snapshot, name: string): string | null {
  const now = partOf(running, name);
  return now === partOf(before, name) || now === partOf(after, name)
    ? (partOf(before, name) ?? "")
    : null;
}

/** The listing as it is where nothing of it would change. */
function nftBack({ before, after }: Sides, running: Snapshot): string | null {
  const text = partOf(running, "nft") ?? "";
  const [was, became, now] = [before, after, running].map((one) => {
    const tables = readListing(partOf(one, "nft") ?? "");
    return tables === null ? null : withoutLiveElements(tables);
  });
  if (!was || !became || !now) return null;
  /* Elements of live sets alone: packets and clocks move them, and no revert does. */
  if (wordsOf(was) === wordsOf(became)) return null;
  const reverted = revert(was, became, now);
  if (reverted.kind === "conflict") return null;
  if (wordsOf(reverted.tables) === wordsOf(now)) return text;
  return listingText(withRunningElements(reverted.tables, readListing(text) ?? []));
}

/** The same text for the same tables, in whatever order. */
function wordsOf(tables: readonly ListedTable[]): string {
  const words = tables.map(({ key, properties, blocks }) =>
    JSON.stringify([key, properties, blocks.map((block) => JSON.stringify(block)).sort()]),
  );
  return words.sort().join("\n");
}
