import { partOf, type Snapshot } from "../inventory/snapshot.ts";

/** `-j SET --add-set bans src`: packets put elements in, or take them out (iptables-extensions(8)). */
const FILLS = / -j SET .*?--(?:add|del)-set (\S+)/g;
const XTABLES = ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"] as const;

/** A set as `ipset save` prints it: how it is made, and what it holds. */
interface SavedSet {
  readonly create: string;
  readonly elements: readonly string[];
}

/**
 * The text of `ipset save` of before, with what sets hold after that move all day: those with time-outs, and those
 * that rules fill. Null: nothing of them has moved.
 */
export function movedIpsets(before: Snapshot, after: Snapshot): string | null {
  const text = partOf(before, "ipset");
  const next = partOf(after, "ipset");
  if (text === null || next === null || text === next) return null;
  const now = setsOf(next);
  const filled = filledSets(before);
  const moved = [...setsOf(text)]
    .map(([name, set]): SavedSet => {
      const other = now.get(name);
      const moves = filled.has(name) || / timeout \d+/.test(set.create);
      return moves && other?.create === set.create ? other : set;
    })
    .flatMap(({ create, elements }) => [create, ...elements])
    .map((line) => `${line}\n`)
    .join("");
  return moved === text ? null : moved;
}

/** Whether a set is there no more. */
export function losesSets(before: Snapshot, after: Snapshot): boolean {
  const now = setsOf(partOf(after, "ipset") ?? "");
  return [...setsOf(partOf(before, "ipset") ?? "").keys()].some((name) => !now.has(name));
}

function filledSets(snapshot: Snapshot): ReadonlySet<string> {
  return new Set(
    XTABLES.flatMap((part) =>
      [...(partOf(snapshot, part) ?? "").matchAll(FILLS)].flatMap(([, name]) => name ?? []),
    ),
  );
}

/** In their order. */
function setsOf(text: string): ReadonlyMap<string, SavedSet> {
  const sets = new Map<string, { readonly create: string; readonly elements: string[] }>();
  for (const line of text.split("\n")) {
    const [verb, name = ""] = line.split(" ");
    if (verb === "create") sets.set(name, { create: line, elements: [] });
    else if (verb === "add") sets.get(name)?.elements.push(line);
  }
  return sets;
}
