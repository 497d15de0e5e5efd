import { type ListedBlock, type ListedSet, type ListedTable, readSet } from "./listing.ts";
import { remadeSets } from "./script.ts";

/** Sets of `before` that packets or clocks fill, as `set inet edge bans`, by what becomes of what they hold. */
export interface LiveSets {
  /** All of them that can have again what they hold behind the load. */
  readonly all: readonly string[];
  /** Made anew, and filled again with what they held. */
  readonly carried: readonly string[];
  /** Gone, or of a kind that cannot take what they held: only the way back fills them again. */
  readonly lost: readonly string[];
  /** Made anew on the way back, and filled with what they hold by then. */
  readonly refilled: readonly string[];
}

export function liveSets(before: readonly ListedTable[], after: readonly ListedTable[]): LiveSets {
  const first = liveOf(before);
  const second = liveOf(after);
  const there = remadeSets(before, after).filter((name) => first.has(name));
  const takes = (from: ReadonlyMap<string, ListedSet>, to: ReadonlyMap<string, ListedSet>) => {
    return (name: string): boolean => {
      const [was, becomes] = [from.get(name), to.get(name)];
      return was !== undefined && becomes !== undefined && canTake(was, becomes);
    };
  };
  const isCarried = takes(first, second);
  const refilled = remadeSets(after, before).filter(takes(second, first));
  const lost = there.filter((name) => !isCarried(name));
  return {
    all: [...first.keys()].filter((name) => !lost.includes(name) || refilled.includes(name)),
    carried: there.filter(isCarried),
    lost,
    refilled,
  };
}

/** What a load would lose, in words, of a listing with what live sets hold. */
export function lossesOf({ lost }: LiveSets, listed: readonly ListedTable[]): readonly string[] {
  const sets = liveOf(listed);
  return lost.flatMap((name) => {
    const count = countElements(sets.get(name)?.elements ?? null);
    const [kind, family, table, own] = name.split(" ");
    return count === 0
      ? []
      : [
          `${count} ${count === 1 ? "element" : "elements"} of ${kind} \`${own}\` of ${family} ${table} cannot be kept`,
        ];
  });
}

function liveOf(tables: readonly ListedTable[]): ReadonlyMap<string, ListedSet> {
  const found = new Map<string, ListedSet>();
  for (const { key, blocks } of tables)
    for (const block of blocks) {
      if (block.kind !== "set" && block.kind !== "map") continue;
      const set = readSet(block);
      if (set.isLive) found.set(nameOf(key, block), set);
    }
  return found;
}

function nameOf(key: string, { kind, name }: Pick<ListedBlock, "kind" | "name">): string {
  return `${kind} ${key} ${name}`;
}

/** Whether the kernel takes elements of one set into another. */
function canTake(from: ListedSet, to: ListedSet): boolean {
  const typeOf = ({ definition }: ListedSet) => definition.find((line) => /^type(of)? /.test(line));
  if (typeOf(from) !== typeOf(to)) return false;
  if (hasFlag(from, "interval") && !hasFlag(to, "interval")) return false;
  return !hasTimes(from) || hasTimes(to);
}

function hasFlag({ definition }: ListedSet, flag: string): boolean {
  return definition.some((line) => line.startsWith("flags ") && line.includes(flag));
}

function hasTimes(set: ListedSet): boolean {
  return hasFlag(set, "timeout") || set.definition.some((line) => line.startsWith("timeout "));
}

/** Elements stand between commas; a comment is quoted, and may hold some of its own. */
function countElements(text: string | null): number {
  if (text === null) return 0;
  return text.replace(/"[^"]*"/g, "").split(",").length;
}
