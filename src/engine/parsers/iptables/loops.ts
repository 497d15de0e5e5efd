import type { Statement } from "../../device/statement.ts";
import type { DraftChain, DraftTable } from "./draft.ts";

/** Chains below a base chain at most, jumps and gotos alike (measured: 16 are refused). */
const NFT_DEPTH = 15;

export type LoopFinding =
  | { readonly kind: "loop"; readonly chain: DraftChain }
  | { readonly kind: "depth"; readonly chain: DraftChain };

/** A circle or too long a chain of jumps that a packet could reach; the kernel refuses both. */
export function findLoop(draft: DraftTable): LoopFinding | null {
  const depths = new Map<string, number>();
  for (const chain of draft.chains.values()) {
    if (chain.base === null) continue;
    const loop = walk(draft, chain, depths);
    if (loop !== null) return { kind: "loop", chain: loop };
    if (draft.backend === "nft" && (depths.get(chain.name) ?? 0) > NFT_DEPTH)
      return { kind: "depth", chain };
  }
  return null;
}

interface Frame {
  readonly chain: DraftChain;
  readonly targets: readonly string[];
  next: number;
}

/** Depth first, without recursion: jumps may be many. Returns a chain of a circle, or null. */
function walk(draft: DraftTable, root: DraftChain, depths: Map<string, number>): DraftChain | null {
  const open = new Set([root.name]);
  const stack: Frame[] = [frameOf(root)];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const name = frame.targets[frame.next++];
    if (name === undefined) {
      let depth = 0;
      for (const target of frame.targets) depth = Math.max(depth, 1 + (depths.get(target) ?? 0));
      depths.set(frame.chain.name, depth);
      open.delete(frame.chain.name);
      stack.pop();
      continue;
    }
    const chain = draft.chains.get(name);
    if (chain === undefined || depths.has(name)) continue;
    if (open.has(name)) return chain;
    open.add(name);
    stack.push(frameOf(chain));
  }
  return null;
}

function frameOf(chain: DraftChain): Frame {
  const targets = new Set<string>();
  for (const { statements, isPlain } of chain.rules) {
    if (isPlain) continue;
    for (const statement of statements) {
      const target = jumpTarget(statement);
      if (target !== null) targets.add(target);
    }
  }
  return { chain, targets: [...targets], next: 0 };
}

export function jumpTarget(statement: Statement): string | null {
  if (statement.kind !== "verdict") return null;
  const { verdict } = statement;
  return verdict.kind === "jump" || verdict.kind === "goto" ? verdict.chain : null;
}
