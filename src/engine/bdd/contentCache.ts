import type { Node } from "./node.ts";

/** What a built diagram is made from. */
export interface Content {
  readonly head: Int32Array;
  readonly words: Uint32Array;
  readonly nodes: Int32Array;
}

/** Most numbers that the cache keeps: 64 MB. Beyond them it keeps nothing new. */
const NUMBER_LIMIT = 1 << 24;

/** Diagrams by the content that they were built from, for sets that come again and again. */
export class ContentCache {
  private readonly byHash = new Map<number, { content: Content; node: Node }[]>();
  private numbers = 0;

  find(content: Content): Node | null {
    const candidates = this.byHash.get(hashOf(content)) ?? [];
    return candidates.find((candidate) => isSame(candidate.content, content))?.node ?? null;
  }

  store(content: Content, node: Node): void {
    const size = content.head.length + content.words.length + content.nodes.length;
    if (this.numbers + size > NUMBER_LIMIT) return;
    this.numbers += size;
    const hash = hashOf(content);
    const candidates = this.byHash.get(hash);
    if (candidates === undefined) this.byHash.set(hash, [{ content, node }]);
    else candidates.push({ content, node });
  }
}

function hashOf({ head, words, nodes }: Content): number {
  return hashNumbers(hashNumbers(hashNumbers(0x811c9dc5, head), words), nodes);
}

/** FNV-1a, by whole numbers instead of bytes. */
function hashNumbers(start: number, numbers: Int32Array | Uint32Array): number {
  let hash = start;
  for (let i = 0; i < numbers.length; i++) {
    hash = Math.imul(hash ^ (numbers[i] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash;
}

function isSame(a: Content, b: Content): boolean {
  return isEqual(a.head, b.head) && isEqual(a.words, b.words) && isEqual(a.nodes, b.nodes);
}

function isEqual<T extends Int32Array | Uint32Array>(a: T, b: T): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
