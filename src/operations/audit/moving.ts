import { type ListedTable, readListing, readSet } from "../apply/listing.ts";
import { isOfAnother } from "../change/ownTables.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { partOf, type Snapshot, withPart } from "../inventory/snapshot.ts";
import { movedIpsets } from "./movingIpsets.ts";

/**
 * Which sets move all day: those with time-outs or that packets fill, and all of tables that another program is
 * named as the owner of. Where a listing cannot be taken apart none is known to, and each movement is read back.
 */
export function movingSets(device: NetworkDevice, snapshot: Snapshot): (set: string) => boolean {
  const live = new Set(
    (readListing(partOf(snapshot, "nft") ?? "") ?? []).flatMap(({ key, blocks }) =>
      blocks
        .filter((block) => (block.kind === "set" || block.kind === "map") && readSet(block).isLive)
        .map(({ name }) => `${key} ${name}`),
    ),
  );
  return (set) => live.has(set) || isOfAnother(device, set.split(" ").slice(0, 2).join(" "));
}

/**
 * `before` with what moving sets hold in `after`, where both define them alike: these movements are not read back
 * as they come, and are no part of what somebody did later. Null: nothing of them moved.
 */
export function withMovedElements(
  device: NetworkDevice,
  before: Snapshot,
  after: Snapshot,
): Snapshot | null {
  const nft = movedNft(device, before, after);
  const ipset = movedIpsets(before, after);
  const moved = ipset === null ? before : withPart(before, "ipset", ipset);
  if (nft !== null) return withPart(moved, "nft", nft);
  return ipset === null ? null : moved;
}

/** The listing of nft with what has moved; null: nothing has. */
function movedNft(device: NetworkDevice, before: Snapshot, after: Snapshot): string | null {
  const text = partOf(before, "nft") ?? "";
  const held = elementsOf(readListing(partOf(after, "nft") ?? "") ?? []);
  const moves = movingSets(device, before);
  const moved = [...elementsOf(readListing(text) ?? [])].filter(
    ([set, { definition, elements }]) => {
      const now = held.get(set);
      return moves(set) && now?.definition === definition && now.elements !== elements;
    },
  );
  const next = moved.reduce(
    (all, [set]) => withElements(all, set, held.get(set)?.elements ?? ""),
    text,
  );
  return next === text ? null : next;
}

/** Lines of a listing, each with its end. */
interface Held {
  readonly definition: string;
  readonly elements: string;
}

function elementsOf(tables: readonly ListedTable[]): ReadonlyMap<string, Held> {
  return new Map(
    tables.flatMap(({ key, blocks }) =>
      blocks
        .filter(({ kind }) => kind === "set" || kind === "map")
        .map((block): [string, Held] => {
          const { definition } = readSet(block);
          const lines = block.lines.map((line) => `\t\t${line}\n`);
          const elements = lines.slice(definition.length).join("");
          return [`${key} ${block.name}`, { definition: definition.join("\n"), elements }];
        }),
    ),
  );
}

/** The listing with these lines of elements in the set: they end it, wherever nft prints them. */
function withElements(text: string, set: string, elements: string): string {
  const [family, table, name] = set.split(" ");
  let isTable = false;
  let isSet = false;
  let isElements = false;
  return text
    .split("\n")
    .flatMap((line) => {
      if (/^\S/.test(line)) isTable = line.startsWith(`table ${family} ${table} {`);
      if (/^\t(?:set|map) /.test(line)) isSet = isTable && line.split(/[\t ]/)[2] === name;
      isElements = isSet && line !== "\t}" && (isElements || line.startsWith("\t\telements = "));
      if (isElements) return [];
      if (!isSet || line !== "\t}") return [line];
      isSet = false;
      return [`${elements}${line}`];
    })
    .join("\n");
}
