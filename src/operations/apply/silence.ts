import type { ApplyOptions } from "./options.ts";
import type { Silence } from "./run.ts";
import type { StoredApply } from "./store.ts";

/** A device that does not answer in the middle of an apply. */
export interface Unheard extends Silence {
  /** When it was asked first and did not answer. */
  readonly sinceMs: number;
  /** Seconds from arming until it restores by itself. */
  readonly windowS: number;
}

/** By the number of the apply; who takes it up asks, and knows anew. */
export type Silences = Map<number, Unheard>;

/**
 * Notes why a device does not answer: once on the trail for each reason, since a host key that changes in the middle
 * of an apply is evidence, and each second would bury it.
 */
export async function noteSilence(
  { trail, clock, events }: Pick<ApplyOptions, "trail" | "clock" | "events">,
  { id, order }: StoredApply,
  silences: Silences,
  silence: Silence | null,
): Promise<void> {
  const before = silences.get(id);
  if (silence === null ? before === undefined : before?.message === silence.message) return;
  const { changeId, device } = order;
  const atMs = clock();
  const known = { device, change: changeId };
  const event = { atMs, actor: "premortem", subject: `apply/${id}` };
  if (silence === null) {
    await trail.append({ kind: "apply.heard", ...event, details: known });
    silences.delete(id);
  } else {
    const { message, help } = silence;
    await trail.append({ kind: "apply.unheard", ...event, details: { ...known, why: message } });
    const { windowS } = order.plan;
    silences.set(id, { message, help, windowS, sinceMs: before?.sinceMs ?? atMs });
  }
  const why = silence?.message ?? null;
  events.publish({ applyId: id, changeId, device, atMs, kind: "heard", why });
}
