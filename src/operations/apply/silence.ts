import type { ApplyOptions } from "./options.ts";
import type { Silence } from "./run.ts";
import type { StoredApply } from "./store.ts";

/** Why nobody knows how an apply stands on its device. */
export interface Unheard extends Silence {
  /** Since when nobody does. */
  readonly sinceMs: number;
  /** Seconds from arming until the device restores by itself. */
  readonly windowS: number;
}

interface Told {
  readonly last: Unheard;
  /** Those of which the trail tells. */
  readonly entered: readonly Silence[];
}

/** By the number of the apply; who takes it up asks, and knows anew. */
export type Silences = Map<number, Told>;

type Options = Pick<ApplyOptions, "trail" | "clock" | "events">;

/** What has to be known of an apply. */
interface Concerned {
  readonly id: number;
  readonly order: Pick<StoredApply["order"], "changeId" | "device" | "isAlone"> & {
    readonly plan: Pick<StoredApply["order"]["plan"], "windowS">;
  };
}

/**
 * Notes why nobody knows how it stands: once on the trail for each reason until the apply goes on, since a host key
 * that changes in the middle of it is evidence, and each second would bury it. Null: it goes on.
 */
export async function noteSilence(
  options: Options,
  apply: Concerned,
  silences: Silences,
  silence: Silence | null,
): Promise<void> {
  const { id, order } = apply;
  const before = silences.get(id);
  if (silence === null) {
    /* Where the device has answered all along, the state that the apply came to says enough. */
    if (before?.entered.some(({ kind }) => kind === "unheard"))
      await tell(options, apply, "heard", null);
    silences.delete(id);
    return;
  }
  const { kind, message } = silence;
  const entered = before?.entered ?? [];
  const isEntered = entered.some((one) => one.kind === kind && one.message === message);
  if (!isEntered) await tell(options, apply, kind, message);
  const sinceMs = before?.last.sinceMs ?? options.clock();
  silences.set(id, {
    last: { ...silence, windowS: order.plan.windowS, sinceMs },
    entered: isEntered ? entered : [...entered, silence],
  });
}

async function tell(
  { trail, clock, events }: Options,
  { id, order }: Concerned,
  kind: Silence["kind"] | "heard",
  why: string | null,
): Promise<void> {
  const { changeId, device, isAlone = false } = order;
  const atMs = clock();
  const details = { device, change: changeId, ...(why === null ? {} : { why }) };
  const event = { atMs, actor: "premortem", subject: `apply/${id}`, details };
  await trail.append({ kind: `apply.${kind}`, ...event });
  const about = { applyId: id, changeId, device, isAlone, atMs };
  if (kind === "commandFailed") events.publish({ ...about, kind, why: why ?? "" });
  else events.publish({ ...about, kind: "heard", why });
}
