import { createHash } from "node:crypto";
import { mayOperate } from "../../platform/auth/actor.ts";
import { refuse } from "../../platform/refusal.ts";
import { soloistOf } from "./alone.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import type { Actor, Change, ChangeFacts, Excused, Grant, Override, Refusal } from "./model.ts";
import { MAXIMUM_OVERRIDE_HOURS } from "./overrideTerm.ts";
import { isItsWriter, notAllowed, over, type Result } from "./permission.ts";

const HOUR_MS = 3_600_000;

interface Ask {
  readonly reason: string;
  readonly untilMs: number;
}

/** Asks to go on although critical intents would be broken, or are undecided. */
export function askOverride(
  change: Change,
  actor: Actor,
  ask: Ask,
  { nowMs, rules }: { readonly nowMs: number; readonly rules: ApprovalRules },
): Result {
  if (change.status !== "proposed") return over(change);
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  if (soloistOf(change, rules) !== null)
    return refuse(
      "nobody could grant it: an override needs a second person, alone as well",
      "mend the change, or let the network file promise less: both stand on the trail",
    );
  const { reason, untilMs } = ask;
  if (reason.trim() === "") return refuse("an override needs a reason", "say why it cannot wait");
  const unfit = unfitTerm(untilMs, nowMs);
  if (unfit !== null) return unfit;
  const { proof, contentHash } = change;
  const intents = proof?.brokenCritical ?? [];
  const undecided = proof?.undecidedCritical ?? [];
  if (intents.length + undecided.length === 0)
    return refuse("there is nothing to override", "approve and apply it as it is");
  const override: Override = {
    by: actor.login,
    reason,
    contentHash,
    intents,
    undecided,
    untilMs,
    grant: null,
  };
  return { ...change, override };
}

function unfitTerm(untilMs: number, nowMs: number): Refusal | null {
  if (untilMs <= nowMs) return refuse("its end is over already", "name a later one");
  return untilMs - nowMs > MAXIMUM_OVERRIDE_HOURS * HOUR_MS
    ? refuse(
        `an override holds for ${MAXIMUM_OVERRIDE_HOURS} hours at most`,
        "name an earlier end, and ask again when it is over",
      )
    : null;
}

/** Names all that a grant binds: who asks, why, for what content, which intents, until when. */
export function overrideHashOf(override: Override): string {
  const { by, reason, contentHash, intents, undecided, untilMs } = override;
  const parts = [by, reason, contentHash, [...intents].sort(), [...undecided].sort(), untilMs];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** `overrideHash` is of what the granter saw: what was asked may be another by now. */
export function grantOverride(
  change: Change,
  actor: Actor,
  overrideHash: string,
  nowMs: number,
): Result {
  const { override } = change;
  if (change.status !== "proposed") return over(change);
  if (override === null) return refuse("nobody asked for an override", "ask for one first");
  if (!actor.roles.includes("approver")) return notAllowed(actor, "approver");
  if (actor.login === override.by || isItsWriter(change, actor.login))
    return refuse(
      `\`${actor.login}\` asked for it, or wrote the change`,
      "a second person has to grant it",
    );
  if (overrideHash !== overrideHashOf(override))
    return refuse("another override is asked for since you looked", "look at it, then grant it");
  const unfit = unfitTerm(override.untilMs, nowMs);
  if (unfit !== null) return unfit;
  const { contentHash, intents, undecided, untilMs } = override;
  const grant: Grant = {
    by: actor.login,
    contentHash,
    intents,
    undecided,
    untilMs,
    atMs: nowMs,
  };
  return { ...change, override: { ...override, grant } };
}

const NOTHING: Excused = { intents: [], undecided: [] };

/** What a second person has excused, for as long as that holds. */
export function granted({ override, contentHash }: ChangeFacts, nowMs: number): Excused {
  const grant = override?.grant ?? null;
  const isLive = grant !== null && grant.untilMs > nowMs && grant.contentHash === contentHash;
  return isLive ? grant : NOTHING;
}

/** Whether all that stands against a change is excused; what may break may be undecided too. */
export function isExcused(against: Excused, { intents, undecided }: Excused): boolean {
  return (
    against.intents.every((id) => intents.includes(id)) &&
    against.undecided.every((id) => undecided.includes(id) || intents.includes(id))
  );
}
