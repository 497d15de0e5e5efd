import { soloistOf, timeText, whyAskVoid } from "./alone.ts";
import { validApprovals, whyVoid } from "./approval.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import type { ChangeFacts, Missing } from "./model.ts";
import { granted, isExcused } from "./override.ts";

/** What stands between the change and its apply, as it was proved last; empty: nothing. */
export function missing(
  change: ChangeFacts,
  nowMs: number,
  rules: ApprovalRules,
): readonly Missing[] {
  return [
    ...missingProof(change),
    ...missingConsent(change, rules),
    ...missingIntents(change, nowMs),
  ];
}

function missingProof({ proof, contentHash }: ChangeFacts): readonly Missing[] {
  const because = (reason: string): readonly Missing[] => [{ kind: "proof", reason }];
  if (proof === null || proof.contentHash !== contentHash) return because("it is not proved yet");
  if (!proof.loads) return because(proof.reasons[0] ?? "the device would refuse it");
  if (proof.isComplete) return [];
  return because(`not everything could be proved: ${proof.reasons[0] ?? "no reason is known"}`);
}

function missingConsent(change: ChangeFacts, rules: ApprovalRules): readonly Missing[] {
  if (validApprovals(change, rules).length > 0) return [];
  const last = change.approvals.at(-1);
  const reason = last === undefined ? null : whyVoid(change, last, rules);
  const by = soloistOf(change, rules);
  if (by === null || rules.pauseMs === null)
    return [{ kind: "approval", notBy: change.writers, reason }];
  const { alone } = change;
  const why = alone === null ? reason : whyAskVoid(change, alone, rules);
  const untilMs = alone === null || why !== null ? null : alone.untilMs;
  return [{ kind: "alone", by, pauseMs: rules.pauseMs, untilMs, reason: why }];
}

function missingIntents(change: ChangeFacts, nowMs: number): readonly Missing[] {
  const { proof, override, writers } = change;
  const broken = proof?.brokenCritical ?? [];
  const undecided = proof?.undecidedCritical ?? [];
  const against = { intents: broken, undecided };
  if (isExcused(against, granted(change, nowMs))) return [];
  const isAsked = override !== null && override.grant === null && override.untilMs > nowMs;
  if (!isAsked || !isExcused(against, override)) return [{ kind: "intents", broken, undecided }];
  return [{ kind: "grant", notBy: [...new Set([override.by, ...writers])] }];
}

export function missingText(missing: Missing): string {
  switch (missing.kind) {
    case "proof":
      return missing.reason;
    case "approval":
      return missing.reason === null
        ? "nobody has approved it as it is now"
        : `${missing.reason}: prove and approve again`;
    case "alone":
      return aloneText(missing);
    case "intents":
      return intentsText(missing);
    case "grant":
      return "the override is not granted yet";
  }
}

function aloneText({ by, untilMs, reason }: Extract<Missing, { kind: "alone" }>): string {
  if (untilMs !== null)
    return `\`${by}\` may approve it alone from ${timeText(untilMs)} on, and has not done so yet`;
  const why = reason === null ? "" : `; ${reason}`;
  return `nobody else than \`${by}\` may approve it, who has not said what would be lost${why}`;
}

function intentsText({ broken, undecided }: Extract<Missing, { kind: "intents" }>): string {
  const doubts = `whether it keeps ${undecided.join(", ")} could not be decided`;
  if (broken.length === 0) return doubts;
  const breaks = `it would break ${broken.join(", ")}`;
  return undecided.length === 0 ? breaks : `${breaks}; ${doubts}`;
}

export function missingHelp(missing: Missing): string {
  switch (missing.kind) {
    case "proof":
      return "prove it again";
    case "approval":
    case "grant":
      return `an approver other than ${missing.notBy.join(" and ")} has to look at it`;
    case "alone":
      return missing.untilMs === null
        ? "say what would be lost: `premortem approve CHANGE --alone TEXT`"
        : "look at it again then, and approve it";
    case "intents":
      return "change it, or ask for an override with a reason, a second person and an end";
  }
}
