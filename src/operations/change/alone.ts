import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import type { Actor, AloneAsk, AloneWord, Change, ChangeFacts } from "./model.ts";
import { isItsWriter, notAllowed, over, type Result } from "./permission.ts";
import { stillShown, whyOther } from "./shown.ts";

/*
 * Where nobody else may approve, the only approver says in words what would be lost, waits, looks again and
 * approves. That is not four eyes, and everything that tells of the change says so.
 */

/** Letters that say what would be lost; a sentence has more. */
export const LEAST_LOSS_LETTERS = 20;
/** Different letters among them: what a finger on one key writes has fewer. */
export const LEAST_DIFFERENT_LETTERS = 7;

/** Who may approve alone what they wrote; null: two people have to look. */
export function soloistOf(change: ChangeFacts, rules: ApprovalRules): string | null {
  const [only] = rules.approvers;
  if (only === undefined || !isItsWriter(change, only)) return null;
  return whyNotAlone(only, rules) === null ? only : null;
}

/** Why this person may not approve alone now; null: they may. */
export function whyNotAlone(login: string, { approvers, pauseMs }: ApprovalRules): string | null {
  if (pauseMs === null) return "the network file lets nobody approve alone";
  if (!approvers.includes(login)) return `\`${login}\` is no approver any more`;
  const others = approvers.filter((one) => one !== login);
  if (others.length === 0) return null;
  return `${others.map((one) => `\`${one}\``).join(" and ")} may approve it, so that nobody is alone`;
}

interface Ask {
  /** What would be lost if it goes wrong, in words. */
  readonly loss: string;
  /** Of what was looked at. */
  readonly shownHash: string;
}

/** Begins the pause. Asking anew begins it anew. */
export function askAlone(
  change: Change,
  actor: Actor,
  { loss, shownHash }: Ask,
  { atMs, rules }: { readonly atMs: number; readonly rules: ApprovalRules },
): Result {
  if (change.status !== "proposed") return over(change);
  if (!actor.roles.includes("approver")) return notAllowed(actor, "approver");
  if (!isItsWriter(change, actor.login))
    return refuse(`\`${actor.login}\` did not write it`, "look at it, and approve it as it is");
  const doubt = whyNotAlone(actor.login, rules);
  if (doubt !== null || rules.pauseMs === null)
    return refuse(doubt ?? "", "somebody else with the role approver has to look at it");
  const unfit = unfitLoss(loss);
  if (unfit !== null) return unfit;
  const shown = stillShown(
    change,
    shownHash,
    "look at what it does now, and say then what would be lost",
  );
  if ("reason" in shown) return shown;
  const alone: AloneAsk = {
    by: actor.login,
    loss: loss.trim(),
    shown,
    askedMs: atMs,
    untilMs: atMs + rules.pauseMs,
  };
  return { ...change, alone };
}

function unfitLoss(loss: string): Refusal | null {
  const letters = loss.toLowerCase().match(/\p{L}/gu) ?? [];
  const isEnough =
    letters.length >= LEAST_LOSS_LETTERS && new Set(letters).size >= LEAST_DIFFERENT_LETTERS;
  return isEnough
    ? null
    : refuse(
        "it is not said what would be lost",
        `say in a sentence of ${LEAST_LOSS_LETTERS} letters or more who would be hit by what if it goes wrong`,
      );
}

/** Why what was said before the pause does not count; null: it does. */
export function whyAskVoid(
  change: ChangeFacts,
  { by, shown }: AloneAsk,
  rules: ApprovalRules,
): string | null {
  return whyNotAlone(by, rules) ?? whyOther(change, shown, "the begin of the pause");
}

/** What the soloist approves it with; refused before the end of the pause. */
export function aloneWordOf(
  change: Change,
  login: string,
  atMs: number,
  rules: ApprovalRules,
): AloneWord | Refusal {
  const ask = change.alone;
  const why = ask === null ? null : whyAskVoid(change, ask, rules);
  if (ask === null || why !== null)
    return refuse(
      `\`${login}\` wrote it, and nobody else may approve it${why === null ? "" : `; ${why}`}`,
      `say what would be lost: \`premortem approve ${change.id} --alone TEXT\``,
    );
  const { loss, askedMs, untilMs } = ask;
  if (atMs < untilMs)
    return refuse(`the pause goes on until ${timeText(untilMs)}`, "look at it again then");
  return { loss, askedMs, untilMs };
}

/** `2026-11-30 10:42:07 UTC`. */
export function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
