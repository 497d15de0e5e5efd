import { refuse } from "../../platform/refusal.ts";
import { aloneWordOf, soloistOf, whyNotAlone } from "./alone.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import type { Actor, Approval, Change, ChangeFacts } from "./model.ts";
import { isItsWriter, notAllowed, over, type Result } from "./permission.ts";
import { stillShown, whyOther } from "./shown.ts";

/** `shownHash` is of what the approver saw. */
export function approve(
  change: Change,
  actor: Actor,
  shownHash: string,
  { atMs, rules }: { readonly atMs: number; readonly rules: ApprovalRules },
): Result {
  if (change.status !== "proposed") return over(change);
  if (!actor.roles.includes("approver")) return notAllowed(actor, "approver");
  const isAlone = isItsWriter(change, actor.login);
  if (isAlone && soloistOf(change, rules) !== actor.login)
    return refuse(
      `\`${actor.login}\` wrote it, or edited it last`,
      "somebody else with the role approver has to look at it",
    );
  const shown = stillShown(change, shownHash, "look at what it does now, then approve again");
  if ("reason" in shown) return shown;
  if (validApprovals(change, rules).some(({ by }) => by === actor.login)) return change;
  const alone = isAlone ? aloneWordOf(change, actor.login, atMs, rules) : null;
  if (alone !== null && "reason" in alone) return alone;
  const approval: Approval = { by: actor.login, shown, atMs, alone };
  return { ...change, alone: null, approvals: [...change.approvals, approval] };
}

/** Approvals that still count: of what is shown now, by people who did not write it or may stand alone. */
export function validApprovals(change: ChangeFacts, rules: ApprovalRules): readonly Approval[] {
  return change.approvals.filter((approval) => whyVoid(change, approval, rules) === null);
}

/** Why an approval does not count; null: it does. */
export function whyVoid(
  change: ChangeFacts,
  { by, shown, alone }: Approval,
  rules: ApprovalRules,
): string | null {
  if (alone === null && isItsWriter(change, by)) return `\`${by}\` wrote part of it`;
  const doubt = alone === null ? null : whyNotAlone(by, rules);
  return doubt ?? whyOther(change, shown, "the approval");
}

/** Whether somebody looked who did not write it; null: nobody has approved it as it is now. */
export function isFourEyes(change: ChangeFacts, rules: ApprovalRules): boolean | null {
  const valid = validApprovals(change, rules);
  return valid.length === 0 ? null : valid.some(({ alone }) => alone === null);
}
