import type { ListedBlock, ListedTable } from "../apply/listing.ts";
import { align } from "./align.ts";
import { CHAIN_HEADER } from "./ruleText.ts";

/** One rule that came or went, and the listing of before with this edit alone. */
export interface Edit {
  /** As a difference tells it: `inet edge forward: ip saddr … drop`. */
  readonly text: string;
  readonly alone: readonly ListedTable[];
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
      for (const { rule, lines } of found)
        edits.push({
          text: `${key} ${block.name}: ${rule}`,
          alone: replaceBlock(before, key, { ...block, lines }),
        });
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

interface ChainEdit {
  readonly rule: string;
  /** The chain of before with this edit alone. */
  readonly lines: readonly string[];
}

/** Null: its policy or hook differs. */
function chainEdits(before: ListedBlock, after: ListedBlock): readonly ChainEdit[] | null {
  const headers = ({ lines }: ListedBlock) => lines.filter((line) => CHAIN_HEADER.test(line));
  if (!sameLines(headers(before), headers(after))) return null;
  const partners = align(before.lines, after.lines);
  const removed = before.lines.flatMap((rule, place) =>
    partners[place] === null ? [{ rule, lines: before.lines.filter((_, at) => at !== place) }] : [],
  );
  const origin = new Map(partners.flatMap((to, from) => (to === null ? [] : [[to, from]])));
  let anchor = -1;
  const added = after.lines.flatMap((rule, place): readonly ChainEdit[] => {
    const from = origin.get(place);
    if (from === undefined) {
      const lines = [...before.lines.slice(0, anchor + 1), rule, ...before.lines.slice(anchor + 1)];
      return [{ rule, lines }];
    }
    anchor = from;
    return [];
  });
  return [...removed, ...added];
}

function replaceBlock(
  tables: readonly ListedTable[],
  key: string,
  next: ListedBlock,
): readonly ListedTable[] {
  return tables.map((table) =>
    table.key !== key
      ? table
      : {
          ...table,
          blocks: table.blocks.map((block) =>
            block.kind === next.kind && block.name === next.name ? next : block,
          ),
        },
  );
}
