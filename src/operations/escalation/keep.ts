import { randomUUID } from "node:crypto";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { EscalationPolicy } from "../inventory/onCall.ts";
import type { Trail } from "../trail/service.ts";
import type { Escalation, EscalationNote, Move, Subject } from "./model.ts";
import { addCalls, dropWaiting, openEscalations, reserve, saveEscalation } from "./store.ts";
import { advance, begin, end, follow, heed, policyFor, type WhoIs } from "./transition.ts";

export interface Keeper {
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
}

/** Stores what a transition gave, with its calls and its lines in the trail: all of it, or nothing. */
export async function keepMove(
  { clock, trail }: Keeper,
  { escalation, calls, notes }: Move,
  transaction: Database,
): Promise<void> {
  const atMs = clock();
  await saveEscalation(transaction, escalation);
  /* Whoever has come, or what is over, needs nobody who was not reached yet. */
  const settled = dropReason(escalation);
  if (settled !== null) await dropWaiting(transaction, escalation.id, settled, atMs);
  await addCalls(transaction, escalation.id, calls, () => randomUUID(), atMs);
  for (const note of notes) await trail.append(entryOf(escalation, note, atMs), transaction);
}

function dropReason({ state }: Escalation): string | null {
  if (state.kind === "ended") return state.reason;
  return state.kind === "acknowledged" ? `${state.by} has it in hand` : null;
}

function entryOf(escalation: Escalation, { kind, actor, text }: EscalationNote, atMs: number) {
  return {
    atMs,
    actor,
    kind: `escalation.${kind}`,
    subject: escalation.subject,
    details: { escalation: escalation.id, text },
  };
}

/** What is to be done now, with what is there and what runs; each move is kept. */
export async function settle(
  keeper: Keeper,
  subjects: readonly Subject[],
  policies: readonly EscalationPolicy[],
  whoIs: WhoIs,
  transaction: Database,
): Promise<readonly Move[]> {
  const nowMs = keeper.clock();
  const open = await openEscalations(transaction);
  const moves: Move[] = [];
  const keep = async (move: Move | null): Promise<Escalation | null> => {
    if (move === null) return null;
    await keepMove(keeper, move, transaction);
    moves.push(move);
    return move.escalation;
  };
  for (const one of open) {
    const subject = subjects.find(({ key }) => key === one.subject);
    if (subject === undefined) {
      await keep(end(one, "it is over", nowMs));
      continue;
    }
    const found = policyFor(policies, subject);
    const heeded = (await keep(heed(one, subject))) ?? one;
    const followed = await keep(follow(heeded, subject, found, nowMs, whoIs));
    await keep(advance(followed ?? heeded, nowMs, whoIs));
  }
  for (const subject of subjects) {
    const found = policyFor(policies, subject);
    if (found === null || open.some((one) => one.subject === subject.key)) continue;
    const draft = begin(subject, found, 0, nowMs, whoIs);
    const id = await reserve(transaction, draft.escalation);
    await keep(begin(subject, found, id, nowMs, whoIs));
  }
  return moves;
}
