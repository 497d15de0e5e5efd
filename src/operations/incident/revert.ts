import type { ListedBlock, ListedTable } from "../apply/listing.ts";
import { align } from "./align.ts";
import { CHAIN_HEADER } from "./ruleText.ts";

/** What somebody else has made of the same place meanwhile, so that a person has to look. */
export interface RevertConflict {
  readonly kind: "conflict";
  /** `chain forward of inet edge`. */
  readonly place: string;
}

export interface Reverted {
  readonly kind: "reverted";
  readonly tables: readonly ListedTable[];
}

/**
 * What runs, with one difference taken back and all else as it is: a merge of three, as `git revert` does
 * it, where rules are the lines. `before` and `after` are what the difference made of what.
 */
export function revert(
  before: readonly ListedTable[],
  after: readonly ListedTable[],
  running: readonly ListedTable[],
): Reverted | RevertConflict {
  const tables = merge(
    { before, after, running },
    ({ key }) => key,
    (was, became, now) => revertTable(was, became, now),
  );
  return tables.kind === "conflict" ? tables : { kind: "reverted", tables: tables.items };
}

interface Three<Item> {
  readonly before: readonly Item[];
  readonly after: readonly Item[];
  readonly running: readonly Item[];
}

type Merged<Item> = { readonly kind: "merged"; readonly items: readonly Item[] } | RevertConflict;

/** Items that were there before or are there now; `both` merges those that all three have. */
function merge<Item extends object>(
  { before, after, running }: Three<Item>,
  nameOf: (item: Item) => string,
  both: (was: Item, became: Item, now: Item) => Item | RevertConflict,
): Merged<Item> {
  const find = (items: readonly Item[], name: string) =>
    items.find((item) => nameOf(item) === name) ?? null;
  const names = [...new Set([...before, ...running].map(nameOf))];
  const items: Item[] = [];
  for (const name of names) {
    const [was, became, now] = [find(before, name), find(after, name), find(running, name)];
    const merged =
      was !== null && became !== null && now !== null
        ? both(was, became, now)
        : mergePresence(was, became, now, name);
    if (merged === null) continue;
    if (isConflict(merged)) return merged;
    items.push(merged);
  }
  return { kind: "merged", items };
}

function isConflict(value: object): value is RevertConflict {
  return "place" in value;
}

/** One of the three lacks it: it goes back to how it was, unless somebody has changed it since. */
function mergePresence<Item extends object>(
  was: Item | null,
  became: Item | null,
  now: Item | null,
  place: string,
): Item | RevertConflict | null {
  if (same(was, became)) return now;
  if (same(now, became)) return was;
  if (same(now, was)) return now;
  return { kind: "conflict", place };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function revertTable(
  was: ListedTable,
  became: ListedTable,
  now: ListedTable,
): ListedTable | RevertConflict {
  const properties = mergePresence(was.properties, became.properties, now.properties, now.key);
  if (properties === null || isConflict(properties))
    return { kind: "conflict", place: `table ${now.key}` };
  const blocks = merge(
    { before: was.blocks, after: became.blocks, running: now.blocks },
    ({ kind, name }) => `${kind} ${name}`,
    (first, second, third) => revertBlock(first, second, third, now.key),
  );
  return blocks.kind === "conflict" ? blocks : { key: now.key, properties, blocks: blocks.items };
}

function revertBlock(
  was: ListedBlock,
  became: ListedBlock,
  now: ListedBlock,
  key: string,
): ListedBlock | RevertConflict {
  const place = `${now.kind} ${now.name} of ${key}`;
  if (now.kind !== "chain") {
    const merged = mergePresence(was, became, now, place);
    return merged ?? { kind: "conflict", place };
  }
  const header = mergePresence(headerOf(was), headerOf(became), headerOf(now), place);
  if (header === null || isConflict(header)) return { kind: "conflict", place };
  return {
    ...now,
    lines: [...header, ...revertRules(rulesOf(was), rulesOf(became), rulesOf(now))],
  };
}

function headerOf({ lines }: ListedBlock): readonly string[] {
  return lines.filter((line) => CHAIN_HEADER.test(line));
}

function rulesOf({ lines }: ListedBlock): readonly string[] {
  return lines.filter((line) => !CHAIN_HEADER.test(line));
}

/** Rules that came go, those that went come back behind the last rule before them that is still there. */
function revertRules(
  was: readonly string[],
  became: readonly string[],
  now: readonly string[],
): readonly string[] {
  const kept = align(was, became);
  const present = align(became, now);
  const unchanged = new Set(kept.filter((place) => place !== null));
  const going = new Set(present.filter((_, place) => !unchanged.has(place)));
  /* By the place behind which they stand; -1: in front of all. */
  const back = new Map<number, string[]>();
  let anchor = -1;
  for (const [place, rule] of was.entries()) {
    const partner = kept[place] ?? null;
    if (partner === null) back.set(anchor, [...(back.get(anchor) ?? []), rule]);
    else anchor = present[partner] ?? anchor;
  }
  const behind = (place: number) => back.get(place) ?? [];
  const rest = now.flatMap((rule, place) => [
    ...(going.has(place) ? [] : [rule]),
    ...behind(place),
  ]);
  return [...behind(-1), ...rest];
}
