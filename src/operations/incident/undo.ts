import {
  type ListedBlock,
  type ListedTable,
  readListing,
  readSet,
  withoutLiveElements,
} from "../apply/listing.ts";
import { liveSets, lossesOf } from "../apply/liveSets.ts";
import { listingText, transitionScript } from "../apply/script.ts";
import { align } from "./align.ts";
import { type RevertConflict, revert } from "./revert.ts";
import { CHAIN_HEADER, handleOf, ruleText } from "./ruleText.ts";

/** A line of an inverse: rules get their handles from the kernel, so that only the device knows them. */
export const ADDED = "# added";

/** Commands that take an observed difference back. */
export interface Undo {
  /** For one transaction; empty: there is nothing to take back. */
  readonly script: string;
  /** Takes the script itself back, where `ADDED` stands for deleting the rules that it has added. */
  readonly inverse: string;
  /** `rules`: only rules that were added are deleted, by their handles, and missing ones put back. */
  readonly extent: "rules" | "tables";
  /** Rules that go and rules that come back, in words. */
  readonly removed: readonly string[];
  readonly restored: readonly string[];
  /** What sets that packets or clocks fill hold, and cannot go on holding, in words. */
  readonly losses: readonly string[];
}

/**
 * The smallest way from what runs to what was approved, in the tables of `before`. `running` is
 * `nft -a -s list ruleset`: rules are named by handles, so that what others add in the meantime stays.
 * Null: one of the two is no listing of nft.
 */
export function undo(before: string, running: string): Undo | null {
  const first = readListing(before);
  const second = readListing(running);
  return first === null || second === null ? null : undoTables(first, second);
}

/** What takes back one difference alone, and what runs then. */
export interface DifferenceUndo extends Undo {
  readonly kind: "undo";
  /** As `nft -s list ruleset` prints it, but for the order of tables. */
  readonly wanted: readonly ListedTable[];
}

/**
 * The same for one observed difference: what else has changed since stays as it is. `before` and `after`
 * are listings as the difference was seen, `running` is `nft -a -s list ruleset` now; null: one of them is
 * none. What others have made of the same place meanwhile is a conflict, for a person. Of protected tables
 * rules alone are taken back: the tables, and what is in their sets, belong to other programs.
 */
export function undoDifference(
  before: string,
  after: string,
  running: string,
  isProtected: (table: string) => boolean = () => false,
): DifferenceUndo | RevertConflict | null {
  const [was, became, now] = [readListing(before), readListing(after), readListing(running)];
  if (was === null || became === null || now === null) return null;
  const [first, second, third] = [was, became, now.map(withoutHandles)].map(withoutLiveElements);
  if (first === undefined || second === undefined || third === undefined) return null;
  const reverted = revert(...rulesAlone(first, second, isProtected), third);
  if (reverted.kind === "conflict") return reverted;
  const { tables: wanted } = reverted;
  const gone = now.filter(({ key }) => !wanted.some((table) => table.key === key));
  const { script, inverse, ...rest } = undoTables(wanted, now);
  const deletions = gone.map(({ key }) => `delete table ${key}\n`).join("");
  return {
    kind: "undo",
    wanted,
    ...rest,
    script: `${deletions}${script}`,
    inverse: `${inverse}${listingText(withoutLiveElements(gone.map(withoutHandles)))}`,
  };
}

/** Both sides, where nothing of protected tables differs but rules in chains that both have. */
function rulesAlone(
  before: readonly ListedTable[],
  after: readonly ListedTable[],
  isProtected: (table: string) => boolean,
): readonly [readonly ListedTable[], readonly ListedTable[]] {
  const narrow = (tables: readonly ListedTable[], others: readonly ListedTable[]) =>
    tables.flatMap((table) => {
      if (!isProtected(table.key)) return [table];
      const other = others.find(({ key }) => key === table.key);
      if (other === undefined) return [];
      const blocks = table.blocks.filter(
        ({ kind, name }) =>
          kind === "chain" && other.blocks.some((one) => one.kind === kind && one.name === name),
      );
      return [{ ...table, properties: [], blocks }];
    });
  return [narrow(before, after), narrow(after, before)];
}

function undoTables(before: readonly ListedTable[], running: readonly ListedTable[]): Undo {
  const first = withoutLiveElements(before);
  const mine = new Set(first.map(({ key }) => key));
  const now = withoutLiveElements(running.filter(({ key }) => mine.has(key)));
  const edits = first.map((table) => {
    const other = now.find(({ key }) => key === table.key);
    return other === undefined ? null : undoTable(table, other);
  });
  const known = edits.flatMap((edit) => edit ?? []);
  const removed = known.flatMap((edit) => edit.removed);
  const restored = known.flatMap((edit) => edit.restored);
  if (edits.every((edit) => edit !== null)) {
    const script = textOf(known.flatMap(({ commands }) => commands));
    const inverse = textOf([ADDED, ...known.flatMap(({ back }) => back)]);
    return { script, inverse, extent: "rules", removed, restored, losses: [] };
  }
  /* Tables that are as they shall be are not loaded again: counters and quotas of theirs would begin anew. */
  const plain = now.map(withoutHandles);
  const wordsOf = (tables: readonly ListedTable[], key: string) =>
    JSON.stringify(tables.find((table) => table.key === key));
  const differs = ({ key }: ListedTable) => wordsOf(plain, key) !== wordsOf(first, key);
  const from = plain.filter(differs);
  const to = first.filter(differs);
  const held = running.map(withoutHandles).filter(differs);
  const there = liveSets(held, to);
  const back = liveSets(to, held);
  const script = `${transitionScript(from, to)}${refill(there.carried, held)}`;
  const inverse = `${transitionScript(to, from)}${refill(back.carried, held)}`;
  return { script, inverse, extent: "tables", removed, restored, losses: lossesOf(there, held) };
}

/** Sets that are made anew hold again what they hold now, each element with the whole of its time. */
function refill(names: readonly string[], held: readonly ListedTable[]): string {
  const commands = held.flatMap(({ key, blocks }) =>
    blocks
      .filter(({ kind, name }) => names.includes(`${kind} ${key} ${name}`))
      .map((block) => ({ name: block.name, elements: readSet(block).elements }))
      .filter(({ elements }) => elements !== null)
      .map(({ name, elements }) => `add element ${key} ${name} ${elements}`),
  );
  return textOf(commands);
}

function textOf(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

interface Edit {
  readonly commands: readonly string[];
  /** What takes them back, but for the rules that they add. */
  readonly back: readonly string[];
  readonly removed: readonly string[];
  readonly restored: readonly string[];
}

/** Null: more than rules differs. */
function undoTable(before: ListedTable, now: ListedTable): Edit | null {
  if (before.blocks.length !== now.blocks.length) return null;
  /* Such as `flags dormant`, which puts all of it to sleep. */
  if (before.properties.join("\n") !== now.properties.map(ruleText).join("\n")) return null;
  const edits = before.blocks.map((block) => {
    const other = now.blocks.find(({ kind, name }) => kind === block.kind && name === block.name);
    if (other === undefined) return null;
    if (block.kind === "chain") return undoChain(before.key, block, other);
    return block.lines.join("\n") === other.lines.map(ruleText).join("\n") ? NOTHING : null;
  });
  if (edits.some((edit) => edit === null)) return null;
  const known = edits.flatMap((edit) => edit ?? []);
  return {
    commands: known.flatMap(({ commands }) => commands),
    back: known.flatMap(({ back }) => back),
    removed: known.flatMap(({ removed }) => removed),
    restored: known.flatMap(({ restored }) => restored),
  };
}

const NOTHING: Edit = { commands: [], back: [], removed: [], restored: [] };

function undoChain(key: string, before: ListedBlock, now: ListedBlock): Edit | null {
  const headerOf = ({ lines }: ListedBlock) =>
    lines.filter((line) => CHAIN_HEADER.test(line)).join("\n");
  if (headerOf(before) !== headerOf(now)) return null;
  const wanted = before.lines.filter((line) => !CHAIN_HEADER.test(line));
  const found = now.lines.filter((line) => !CHAIN_HEADER.test(line));
  const partners = align(wanted, found.map(ruleText));
  const kept = new Set(partners.filter((place) => place !== null));
  const gone = found.filter((_, place) => !kept.has(place));
  const commands = gone.map((line) => `delete rule ${key} ${now.name} handle ${handleOf(line)}`);
  const handles = partners.map((place) => (place === null ? null : handleOf(found[place] ?? "")));
  const restored = wanted.filter((_, place) => handles[place] === null);
  /* nft 1.0.6 dies where a rule with a chain without a name has a place, or its handle is asked for. */
  if ([...restored, ...gone].some((rule) => rule.includes("\n"))) return null;
  const stay = found.map((line, place) => (kept.has(place) ? handleOf(line) : null));
  return {
    commands: [...commands, ...putBack(key, now.name, wanted, handles)],
    back: putBack(key, now.name, found.map(ruleText), stay),
    removed: gone.map(ruleText),
    restored,
  };
}

/**
 * Missing rules (without a handle) go in front of the next one that is still there, in their order; behind
 * the last of those they are added at the end.
 */
function putBack(
  key: string,
  chain: string,
  wanted: readonly string[],
  handles: readonly (string | null)[],
): readonly string[] {
  return wanted.flatMap((rule, place) => {
    if (handles[place] !== null) return [];
    const next = handles.slice(place + 1).find((handle) => handle !== null) ?? null;
    return next === null
      ? [`add rule ${key} ${chain} ${rule}`]
      : [`insert rule ${key} ${chain} handle ${next} ${rule}`];
  });
}

/** As it is listed without `-a`. */
export function withoutHandles({ key, properties, blocks }: ListedTable): ListedTable {
  const plain = blocks.map((block) => ({ ...block, lines: block.lines.map(ruleText) }));
  return { key, properties: properties.map(ruleText), blocks: plain };
}
