import { mayOperate } from "../../platform/auth/actor.ts";
import { refuse } from "../../platform/refusal.ts";
import { contentHashOf } from "./content.ts";
import type {
  Actor,
  Approval,
  Change,
  ChangeStatus,
  Missing,
  Override,
  Proof,
  Refusal,
  SourceFiles,
} from "./model.ts";

/*
 * The life of a change. Each function gives the change as it is then, or says why not; nothing here
 * reads a clock or stores anything. People are told apart by login: a second token of the same person is
 * the same person.
 */

export type Result = Change | Refusal;

export function isRefusal(result: Result): result is Refusal {
  return "reason" in result && "help" in result;
}

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
    proof: null,
  };
}

/** Another content: approvals, proof and override of the one before are void. */
export function edit(change: Change, files: SourceFiles, actor: Actor): Result {
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  if (!isOpen(change)) return over(change);
  const contentHash = contentHashOf(files);
  if (contentHash === change.contentHash) return change;
  const writers = [...new Set([...change.writers, actor.login])];
  const edited = { ...change, files, contentHash, lastEditor: actor.login, writers };
  return { ...edited, proof: null, override: null };
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

/** `contentHash` is what the approver saw. */
export function approve(change: Change, actor: Actor, contentHash: string, atMs: number): Result {
  if (change.status !== "proposed") return over(change);
  if (!actor.roles.includes("approver")) return notAllowed(actor, "approver");
  if (isItsWriter(change, actor.login))
    return refuse(
      `\`${actor.login}\` wrote it, or edited it last`,
      "somebody else with the role approver has to look at it",
    );
  if (contentHash !== change.contentHash)
    return refuse("it was edited since you looked", "look at what changed, then approve again");
  if (validApprovals(change).some(({ by }) => by === actor.login)) return change;
  const approval: Approval = { by: actor.login, contentHash, atMs };
  return { ...change, approvals: [...change.approvals, approval] };
}

/** Asks to go on although intents would be broken. */
export function askOverride(
  change: Change,
  actor: Actor,
  { reason, untilMs }: { readonly reason: string; readonly untilMs: number },
): Result {
  if (change.status !== "proposed") return over(change);
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  if (reason.trim() === "") return refuse("an override needs a reason", "say why it cannot wait");
  const { proof, contentHash } = change;
  if (proof === null || proof.brokenCritical.length === 0)
    return refuse("there is nothing to override", "approve and apply it as it is");
  const override: Override = {
    by: actor.login,
    grantedBy: null,
    reason,
    contentHash,
    intents: proof.brokenCritical,
    untilMs,
  };
  return { ...change, override };
}

export function grantOverride(change: Change, actor: Actor): Result {
  const { override } = change;
  if (change.status !== "proposed") return over(change);
  if (override === null) return refuse("nobody asked for an override", "ask for one first");
  if (!actor.roles.includes("approver")) return notAllowed(actor, "approver");
  if (actor.login === override.by || isItsWriter(change, actor.login))
    return refuse(
      `\`${actor.login}\` asked for it, or wrote the change`,
      "a second person has to grant it",
    );
  return { ...change, override: { ...override, grantedBy: actor.login } };
}

/** Intents that a second person has allowed to be broken, for as long as that holds. */
export function grantedIntents(
  { override, contentHash }: Change,
  nowMs: number,
): readonly string[] {
  const isLive =
    override !== null &&
    override.grantedBy !== null &&
    override.untilMs > nowMs &&
    override.contentHash === contentHash;
  return isLive ? override.intents : [];
}

/** Approvals that still count: of this content, by people who did not write it. */
export function validApprovals(change: Change): readonly Approval[] {
  return change.approvals.filter(
    ({ by, contentHash }) => contentHash === change.contentHash && !isItsWriter(change, by),
  );
}

/** What stands between the change and its apply on the running state; empty: nothing. */
export function missing(change: Change, runningHash: string, nowMs: number): readonly Missing[] {
  return [
    ...missingProof(change, runningHash),
    ...missingConsent(change),
    ...missingIntents(change, nowMs),
  ];
}

function missingProof({ proof, contentHash }: Change, runningHash: string): readonly Missing[] {
  const because = (reason: string): readonly Missing[] => [{ kind: "proof", reason }];
  if (proof === null || proof.contentHash !== contentHash) return because("it is not proved yet");
  if (!proof.loads) return because(proof.reasons[0] ?? "the device would refuse it");
  if (proof.runningHash !== runningHash)
    return because("the device has changed since it was proved");
  if (proof.isComplete) return [];
  return because(`not everything could be proved: ${proof.reasons[0] ?? "no reason is known"}`);
}

function missingConsent(change: Change): readonly Missing[] {
  const notBy = change.writers;
  return validApprovals(change).length > 0 ? [] : [{ kind: "approval", notBy }];
}

function missingIntents({ proof, override, writers }: Change, nowMs: number) {
  const broken = proof?.brokenCritical ?? [];
  if (broken.length === 0) return [];
  const isLive = override !== null && override.untilMs > nowMs;
  const isCovered = isLive && broken.every((id) => override.intents.includes(id));
  if (!isCovered) return [{ kind: "intents", broken }] as const;
  const notBy = [...new Set([override.by, ...writers])];
  return override.grantedBy === null ? ([{ kind: "grant", notBy }] as const) : [];
}

/** Hands the change to apply; `missing` has to be empty. */
export function beginApply(
  change: Change,
  actor: Actor,
  runningHash: string,
  nowMs: number,
): Result {
  if (change.status !== "proposed") return over(change);
  if (!mayOperate(actor)) return notAllowed(actor, "operator");
  const [first] = missing(change, runningHash, nowMs);
  if (first !== undefined) return refuse(missingText(first), missingHelp(first));
  return { ...change, status: "applying" };
}

/** What apply came to; a refused one is up for review again. */
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

export function missingText(missing: Missing): string {
  switch (missing.kind) {
    case "proof":
      return missing.reason;
    case "approval":
      return "nobody has approved this content";
    case "intents":
      return `it would break ${missing.broken.join(", ")}`;
    case "grant":
      return "the override is not granted yet";
  }
}

function missingHelp(missing: Missing): string {
  switch (missing.kind) {
    case "proof":
      return "prove it again";
    case "approval":
    case "grant":
      return `an approver other than ${missing.notBy.join(" and ")} has to look at it`;
    case "intents":
      return "change it, or ask for an override with a reason, a second person and an end";
  }
}

function isOpen({ status }: Change): boolean {
  return status === "draft" || status === "proposed";
}

function isItsWriter({ writers }: Change, login: string): boolean {
  return writers.includes(login);
}

function over({ id, status }: Change): Refusal {
  const help = status === "draft" ? "propose it first" : "begin a new change";
  return refuse(`change ${id} is ${WORDS[status]}`, help);
}

const WORDS: Readonly<Record<ChangeStatus, string>> = {
  draft: "a draft",
  proposed: "up for review",
  applying: "being applied",
  applied: "applied",
  rolledBack: "rolled back",
  withdrawn: "withdrawn",
};

function notAllowed({ login }: Actor, role: string): Refusal {
  return refuse(`\`${login}\` is no ${role}`, `ask somebody with the role ${role}`);
}
