import { mayOperate } from "../../platform/auth/actor.ts";
import { refuse } from "../../platform/refusal.ts";
import { isFourEyes } from "./approval.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import { contentHashOf } from "./content.ts";
import { missing, missingHelp, missingText } from "./missing.ts";
import type { Actor, Change, ChangeStatus, Proof, SourceFiles } from "./model.ts";
import { isOpen, notAllowed, over, type Result } from "./permission.ts";

/*
 * The life of a change. Each function gives the change as it is then, or says why not; nothing here
 * reads a clock or stores anything. People are told apart by login: a second token of the same person is
 * the same person.
 */

/** Begins a change. */
export function draft(id: number, device: string, files: SourceFiles, actor: Actor): Result {
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  return {
    id,
    device,
    author: actor.login,
    lastEditor: actor.login,
    writers: [actor.login],
    files,
    contentHash: contentHashOf(files),
    status: "draft",
    approvals: [],
    override: null,
    alone: null,
    isFourEyes: null,
    proof: null,
  };
}

/**
 * Another content: approvals, what was said alone, proof and override of the one before are void. `seenHash`: of the content that
 * was edited, so that two people do not write over each other; null: whatever it is now.
 */
export function edit(
  change: Change,
  files: SourceFiles,
  actor: Actor,
  seenHash: string | null = null,
): Result {
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  if (!isOpen(change)) return over(change);
  if (seenHash !== null && seenHash !== change.contentHash)
    return refuse(
      `it was edited meanwhile by \`${change.lastEditor}\``,
      "look at what it is now, and make your edit on top of that",
    );
  const contentHash = contentHashOf(files);
  if (contentHash === change.contentHash) return change;
  const writers = [...new Set([...change.writers, actor.login])];
  const edited = { ...change, files, contentHash, lastEditor: actor.login, writers };
  return { ...edited, proof: null, override: null, alone: null };
}

/** Puts a draft up for review. */
export function propose(change: Change, actor: Actor): Result {
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  return change.status === "draft" ? { ...change, status: "proposed" } : over(change);
}

export function withdraw(change: Change, actor: Actor): Result {
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  return isOpen(change) ? { ...change, status: "withdrawn" } : over(change);
}

/** Notes a proof; one of another content says nothing about this one, and what is applied has its own. */
export function prove(change: Change, proof: Proof): Change {
  return isOpen(change) && proof.contentHash === change.contentHash ? { ...change, proof } : change;
}

/** Hands the change to apply. `proof` is of this moment: what was shown before has to be so still. */
export function beginApply(
  change: Change,
  actor: Actor,
  proof: Proof,
  { nowMs, rules }: { readonly nowMs: number; readonly rules: ApprovalRules },
): Result {
  if (change.status !== "proposed") return over(change);
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  if (proof.contentHash !== change.contentHash)
    return refuse("it was edited meanwhile", "look at what it is now");
  const proved = prove(change, proof);
  const [first] = missing(proved, nowMs, rules);
  if (first !== undefined) return refuse(missingText(first), missingHelp(first));
  return { ...proved, status: "applying", isFourEyes: isFourEyes(proved, rules) };
}

/** What apply came to; a refused one is up for review again, and behind a stuck one somebody has to look first. */
export function endApply(
  change: Change,
  end: "confirmed" | "rolledBack" | "refused" | "stuck",
): Change {
  const statuses: Readonly<Record<typeof end, ChangeStatus>> = {
    confirmed: "applied",
    rolledBack: "rolledBack",
    refused: "proposed",
    stuck: "applying",
  };
  return change.status === "applying" ? { ...change, status: statuses[end] } : change;
}

/** Ends what a stuck apply left: somebody has approved what was found to run since. */
export function endStuck(change: Change): Change {
  return change.status === "applying" ? { ...change, status: "failed" } : change;
}
