import type { ListedBlock, ListedTable } from "../apply/listing.ts";
import { align } from "./align.ts";
import { CHAIN_HEADER } from "./ruleText.ts";

/** One rule that came or went. */
export interface Edit {
  /** As a difference tells it: `inet edge forward: ip saddr … drop`; one that went begins with `removed: `. */
  readonly text: string;
  /** Table and chain. */
  readonly key: string;
  readonly chain: string;
  readonly kind: "added" | "removed";
  readonly rule: string;
  /** Of a removed one its line among those of before; of an added one the line behind which it came, or -1. */
  readonly place: number;
}

/** What the text of a rule that went begins with. */
export const REMOVED = "removed: ";

/** The listing of before with some edits alone. */
export function withEdits(
  before: readonly ListedTable[],
  edits: readonly Edit[],
): readonly ListedTable[] {
  return before.map((table) => ({
    ...table,
    blocks: table.blocks.map((block) => {
      const own = edits.filter(({ key, chain }) => key === table.key && chain === block.name);
      return block.kind === "chain" && own.length > 0 ? withOwnEdits(block, own) : block;
    }),
  }));
}

function withOwnEdits(block: ListedBlock, edits: readonly Edit[]): ListedBlock {
  const removed = new Set(edits.flatMap((edit) => (edit.kind === "removed" ? edit.place : [])));
  const behind = (at: number) =>
    edits.flatMap(({ kind, place, rule }) => (kind === "added" && place === at ? rule : []));
  const lines = block.lines.flatMap((line, at) => [
    ...(removed.has(at) ? [] : [line]),
    ...behind(at),
  ]);
  return { ...block, lines: [...behind(-1), ...lines] };
}

/** The rules by which two listings differ; null: more than rules differs. */
export function editsOf(
  before: readonly ListedTable[],
  after: readonly ListedTable[],
): readonly Edit[] | null {
  const edits: Edit[] = [];
  for (const [key, blocks] of blocksByTable(before)) {
    const others = blocksByTable(after).get(key);
    if (others === undefined || others.size !== blocks.size) return null;
    for (const [id, block] of blocks) {
      const other = others.get(id);
      if (other === undefined) return null;
      if (sameLines(block.lines, other.lines)) continue;
      const found = block.kind === "chain" ? chainEdits(block, other) : null;
      if (found === null) return null;
      const chain = block.name;
      for (const edit of found) {
        const sign = edit.kind === "removed" ? REMOVED : "";
        edits.push({ ...edit, key, chain, text: `${sign}${key} ${chain}: ${edit.rule}` });
      }
    }
  }
  return before.length === after.length ? edits : null;
}

function blocksByTable(tables: readonly ListedTable[]) {
  return new Map(
    tables.map(({ key, blocks }) => [
      key,
      new Map(blocks.map((block) => [`${block.kind} ${block.name}`, block])),
    ]),
  );
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, place) => line === other[place]);
}

type ChainEdit = Pick<Edit, "kind" | "rule" | "place">;

/** Null: its policy or hook differs. */
function chainEdits(before: ListedBlock, after: ListedBlock): readonly ChainEdit[] | null {
  const headers = ({ lines }: ListedBlock) => lines.filter((line) => CHAIN_HEADER.test(line));
  if (!sameLines(headers(before), headers(after))) return null;
  const partners = align(before.lines, after.lines);
  const removed = before.lines.flatMap((rule, place): readonly ChainEdit[] =>
    partners[place] === null ? [{ kind: "removed", rule, place }] : [],
  );
  const origin = new Map(partners.flatMap((to, from) => (to === null ? [] : [[to, from]])));
  let anchor = -1;
  const added = after.lines.flatMap((rule, place): readonly ChainEdit[] => {
    const from = origin.get(place);
    if (from === undefined) return [{ kind: "added", rule, place: anchor }];
    anchor = from;
    return [];
  });
  return [...removed, ...added];
}
