import { createHash } from "node:crypto";
import { refuse } from "../../platform/refusal.ts";
import type { Actor, Approval, Change, ChangeFacts, Shown } from "./model.ts";
import { isItsWriter, notAllowed, over, type Result } from "./permission.ts";

/** What somebody who looks at the change is shown; null: it is not proved as it is now. */
export function shownOf({ proof, contentHash }: ChangeFacts): Shown | null {
  if (proof === null || proof.contentHash !== contentHash) return null;
  const { runningHash, networkHash, brokenBefore } = proof;
  const broken = [...proof.brokenCritical, ...proof.broken];
  const undecided = [...proof.undecidedCritical, ...proof.undecided];
  return { contentHash, runningHash, networkHash, broken, brokenBefore, undecided };
}

/** Names what is shown, so that an approval can say what it is of; null: there is nothing to approve yet. */
export function shownHashOf(change: ChangeFacts): string | null {
  const shown = shownOf(change);
  if (shown === null) return null;
  const { contentHash, runningHash, networkHash, broken, brokenBefore, undecided } = shown;
  const parts = [
    contentHash,
    runningHash,
    networkHash,
    ...[broken, brokenBefore, undecided].map(inOrder),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** `shownHash` is of what the approver saw. */
export function approve(change: Change, actor: Actor, shownHash: string, atMs: number): Result {
  if (change.status !== "proposed") return over(change);
  if (!actor.roles.includes("approver")) return notAllowed(actor, "approver");
  if (isItsWriter(change, actor.login))
    return refuse(
      `\`${actor.login}\` wrote it, or edited it last`,
      "somebody else with the role approver has to look at it",
    );
  const shown = shownOf(change);
  if (shown === null)
    return refuse("it is not proved as it is now", "prove it, and look at what it does");
  if (shownHash !== shownHashOf(change))
    return refuse(
      "it was edited since you looked, or proved anew with another result",
      "look at what it does now, then approve again",
    );
  if (validApprovals(change).some(({ by }) => by === actor.login)) return change;
  const approval: Approval = { by: actor.login, shown, atMs };
  return { ...change, approvals: [...change.approvals, approval] };
}

/** Approvals that still count: of what is shown now, by people who did not write it. */
export function validApprovals(change: ChangeFacts): readonly Approval[] {
  return change.approvals.filter((approval) => whyVoid(change, approval) === null);
}

/** Why an approval does not count; null: it does. */
export function whyVoid(change: ChangeFacts, { by, shown }: Approval): string | null {
  if (isItsWriter(change, by)) return `\`${by}\` wrote part of it`;
  if (shown.contentHash !== change.contentHash) return "it was edited after the approval";
  const now = shownOf(change);
  if (now === null) return "it is not proved as it is now";
  if (shown.runningHash !== now.runningHash)
    return `the running state of ${change.device} changed after the approval`;
  if (shown.networkHash !== now.networkHash)
    return `what the network file says of ${change.device} changed after the approval`;
  return (
    whyOthers(shown.broken, now.broken, "breaks") ??
    whyOthers(shown.brokenBefore, now.brokenBefore, "finds broken") ??
    whyOthers(shown.undecided, now.undecided, "leaves undecided")
  );
}

function whyOthers(
  before: readonly string[],
  after: readonly string[],
  verb: string,
): string | null {
  if (inOrder(before).join() === inOrder(after).join()) return null;
  const [was, is] = [before, after].map((ids) => (ids.length === 0 ? "nothing" : ids.join(", ")));
  return `it ${verb} ${is}, where ${was} was shown at the approval`;
}

function inOrder(ids: readonly string[]): readonly string[] {
  return [...ids].sort();
}
