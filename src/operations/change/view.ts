import { whyAskVoid } from "./alone.ts";
import { isFourEyes, whyVoid } from "./approval.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import { missing } from "./missing.ts";
import type { AloneAsk, Approval, Missing } from "./model.ts";
import { overrideHashOf } from "./override.ts";
import { isOpen } from "./permission.ts";
import { shownHashOf } from "./shown.ts";
import type { ListedChange, StoredChange } from "./store.ts";

/** What stands between a change and its apply, as far as is known without reading the device. */
interface Judgement {
  readonly approvals: readonly JudgedApproval[];
  readonly alone: JudgedAsk | null;
  /** Whether somebody approved it who did not write it; null: nobody has approved it as it is now. */
  readonly isFourEyes: boolean | null;
  readonly missing: readonly Missing[];
  /** Names what an approver is shown now; null: it has to be proved first. */
  readonly shownHash: string | null;
  /** Names the override that is asked for; null: there is none. */
  readonly overrideHash: string | null;
}

export type ListedView = ListedChange & Judgement;
export type ChangeView = StoredChange & Judgement;

/** An approval, and why it does not count; null: it does. */
export interface JudgedApproval extends Approval {
  readonly void: string | null;
}

/** What was said before a pause, and why it does not count; null: it does. */
export interface JudgedAsk extends AloneAsk {
  readonly void: string | null;
}

/** A change with what is judged of it now. */
export function viewOf<Stored extends ListedChange>(
  stored: Stored,
  nowMs: number,
  rules: ApprovalRules,
): Stored & Judgement {
  const { change } = stored;
  const shownHash = shownHashOf(change);
  const approvals = change.approvals.map((one) => ({ ...one, void: whyVoid(change, one, rules) }));
  const { alone: ask } = change;
  const alone = ask === null ? null : { ...ask, void: whyAskVoid(change, ask, rules) };
  const overrideHash = change.override === null ? null : overrideHashOf(change.override);
  const open = isOpen(change) ? missing(change, nowMs, rules) : [];
  /* What was applied keeps its mark, whoever may approve by now. */
  const isFour = isOpen(change) ? isFourEyes(change, rules) : change.isFourEyes;
  const judged = { approvals, alone, isFourEyes: isFour, shownHash, overrideHash, missing: open };
  return { ...stored, ...judged };
}
