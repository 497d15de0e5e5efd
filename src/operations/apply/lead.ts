import type { Database } from "../../platform/db/database.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { networkHashOf } from "../change/networkHash.ts";
import { pullDevice } from "../change/service.ts";
import type { TrailEvent, TrailValue } from "../trail/model.ts";
import { aftermathOf } from "./aftermath.ts";
import { type CheckResult, type Evidence, runChecks } from "./checks.ts";
import { confirmationChecks } from "./confirmation.ts";
import type { ApplyEnd, ApplyState } from "./model.ts";
import { type ApplyNews, type ApplyOptions, devicePartOf } from "./options.ts";
import { isCandidateRunning, type Journal, runApply } from "./run.ts";
import { findApply, type StoredApply, writeAftermath, writeEvidence, writeState } from "./store.ts";
import { isOver } from "./transition.ts";

/** Milliseconds before a device that cannot be reached is asked again. */
const PAUSE_MS = 1_000;

/** What an apply is led with from outside. */
export interface Reins {
  /** Somebody wants it back. */
  readonly asked: AbortSignal;
  /** The server ends: what is under way is taken up by the next one. */
  readonly closing: AbortSignal;
}

/** Thrown where the server ends while a device cannot be reached. */
class Closing extends Error {}

/** Times that an apply is taken up again soon behind a fault of our own, such as a database that was away … */
const SOON = 5;
/** … and milliseconds between two later ones: what gave up would keep its device from everybody. */
const LONG_PAUSE_MS = 15_000;

/**
 * Brings an apply to its end, and does what has to be done behind it. Null: the server ends, and the next one
 * takes it up. However often it fails, the device restores by itself meanwhile.
 */
export async function leadApply(
  options: ApplyOptions,
  apply: StoredApply,
  reins: Reins,
): Promise<StoredApply | null> {
  for (let faults = 1; ; faults++)
    try {
      return await leadOnce(options, apply, reins);
    } catch (fault) {
      if (fault instanceof Closing) return null;
      options.onFault(fault);
      await options.time.wait(faults < SOON ? PAUSE_MS : LONG_PAUSE_MS, reins.closing);
      if (reins.closing.aborted) return null;
    }
}

async function leadOnce(
  options: ApplyOptions,
  apply: StoredApply,
  reins: Reins,
): Promise<StoredApply | null> {
  const end = await leadToEnd(options, apply, reins);
  const aftermath = await aftermathOf(options, apply, end, reins.closing);
  await options.database.transaction().execute(async (transaction) => {
    await writeAftermath(transaction, apply.id, aftermath);
    await tell(options, transaction, apply, "apply.over", {
      end: end.kind,
      bootProblem: aftermath.bootProblem,
      baselineProblem: aftermath.baselineProblem,
      waitsFor: aftermath.waitsFor.map(({ probe, text }) => `${probe}: ${text}`),
    });
  });
  publish(options, apply, { kind: "over", state: end, aftermath });
  return await findApply(options.database, apply.id);
}

async function leadToEnd(
  options: ApplyOptions,
  apply: StoredApply,
  { asked, closing }: Reins,
): Promise<ApplyEnd> {
  const { plan, device } = apply.order;
  const part = devicePartOf(options, device);
  const pause = async () => {
    await options.time.wait(PAUSE_MS, closing);
    if (closing.aborted) throw new Closing();
  };
  for (;;) {
    const transport = transportOf(options, device);
    if (transport !== null) {
      const end = await runApply({
        transport,
        device: part,
        plan,
        journal: journalOf(options, apply),
        check: (stop) => check(options, apply, transport, stop),
        asked,
        isLate: () => options.clock() - apply.order.startedMs > plan.windowS * 1_000,
        pause,
      });
      if (end !== null) return end;
    }
    await pause();
  }
}

/** Null: the network file does not name it any more; its dead-man restores without us. */
function transportOf({ devices }: ApplyOptions, device: string): Transport | null {
  return devices.network().devices.has(device) ? devices.transportOf(device) : null;
}

/** Each state is in the database and in the trail before its action begins. */
function journalOf(options: ApplyOptions, apply: StoredApply): Journal {
  const { database, clock, changes } = options;
  return {
    read: async () => (await findApply(database, apply.id))?.state ?? null,
    write: async (state) => {
      const nowMs = clock();
      await database.transaction().execute(async (transaction) => {
        await writeState(transaction, apply.id, state, nowMs);
        if (isOver(state)) await changes.endApply(transaction, apply.order.changeId, state.kind);
        await tell(options, transaction, apply, `apply.${state.kind}`, detailsOf(state));
      });
      publish(options, apply, { kind: "state", state });
    },
  };
}

function detailsOf(state: ApplyState): Readonly<Record<string, TrailValue>> {
  const { kind: _, ...rest } = state;
  return JSON.parse(JSON.stringify(rest));
}

async function check(
  options: ApplyOptions,
  apply: StoredApply,
  transport: Transport,
  stop: AbortSignal,
): Promise<boolean> {
  const { database } = options;
  const result = await checkAll(options, apply, transport, stop);
  const { passed, evidence } = result;
  await database.transaction().execute(async (transaction) => {
    await writeEvidence(transaction, apply.id, evidence);
    await tell(options, transaction, apply, "apply.checked", {
      passed,
      evidence: evidence.map(evidenceText),
    });
  });
  publish(options, apply, { kind: "checked", ...result });
  return passed;
}

async function checkAll(
  options: ApplyOptions,
  { order }: StoredApply,
  transport: Transport,
  stop: AbortSignal,
): Promise<CheckResult> {
  const { devices, probes, time } = options;
  const { green, overridden, undecided, brokenBefore, plan } = order;
  const network = devices.network();
  const device = network.devices.get(order.device);
  if (device === undefined)
    return { passed: false, evidence: [noPromise("the network file does not name it any more")] };
  /* What was approved was proved on other intents: whether it keeps these nobody has said. */
  if (networkHashOf(network, device) !== order.networkHash)
    return {
      passed: false,
      evidence: [noPromise("the network file changed since it was approved")],
    };
  const part = devicePartOf(options, order.device);
  const checks = confirmationChecks({
    network,
    device,
    overridden,
    undecided,
    brokenBefore,
    green,
    probes,
    windowS: plan.windowS,
    knock: (timeoutMs) => transport.knock(timeoutMs),
    pull: async () => {
      const pulled = await pullDevice(devices, order.device);
      return "reason" in pulled ? pulled.reason : pulled.snapshot;
    },
    look: () => isCandidateRunning(transport, part, plan.id),
  });
  return runChecks(checks, time, stop);
}

function noPromise(text: string): Evidence {
  return { kind: "intents", name: "intents", isCounted: true, passed: false, text, tookMs: null };
}

/** One finding in words, for the trail. */
function evidenceText({ name, passed, isCounted, text, tookMs }: Evidence): string {
  const took = tookMs === null ? "" : ` (${tookMs} ms)`;
  const word = passed ? "passed" : isCounted ? "failed" : "failed, not counted";
  return `${name}: ${word}: ${text}${took}`;
}

async function tell(
  { trail, clock }: ApplyOptions,
  transaction: Database,
  { id, order }: StoredApply,
  kind: string,
  details: TrailEvent["details"],
): Promise<void> {
  const known = { device: order.device, change: order.changeId, ...details };
  const subject = `apply/${id}`;
  const event = { atMs: clock(), actor: "premortem", kind, subject, details: known };
  await trail.append(event, transaction);
}

type Told =
  | Pick<Extract<ApplyNews, { kind: "state" }>, "kind" | "state">
  | Pick<Extract<ApplyNews, { kind: "checked" }>, "kind" | "passed" | "evidence">
  | Pick<Extract<ApplyNews, { kind: "over" }>, "kind" | "state" | "aftermath">;

function publish({ events, clock }: ApplyOptions, { id, order }: StoredApply, told: Told): void {
  const { changeId, device } = order;
  events.publish({ applyId: id, changeId, device, atMs: clock(), ...told });
}
