import { FALSE, type Node } from "../bdd/index.ts";
import type { Analysis, RuleVisit } from "../compile/index.ts";

/** Notes the packets that a rule takes out of connection tracking. */
export function leftUntracked({ rule, run, isTracked }: RuleVisit, found: Node[]): void {
  if (run.hit === FALSE || isTracked) return;
  if (rule.statements.some(({ kind }) => kind === "notrack")) found.push(run.hit);
}

/**
 * Whether replies belong to connections that tracking has not seen begin, and are tracked themselves: what
 * `ct state` says of them depends on their protocol, and they are judged as if it knew them.
 */
export function areStray(
  { arena }: Analysis,
  first: readonly Node[],
  replies: Node,
  back: readonly Node[],
): boolean {
  const rest = back.reduce<Node>((all, packets) => arena.difference(all, packets), replies);
  return first.length > 0 && rest !== FALSE;
}

export const STRAY = "replies to packets that are not tracked are not judged";
