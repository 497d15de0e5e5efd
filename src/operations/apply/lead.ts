import type { Database } from "../../platform/db/database.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { pullDevice } from "../change/onDevice.ts";
import type { TrailEvent, TrailValue } from "../trail/model.ts";
import { aftermathOf } from "./aftermath.ts";
import { checkLoaded } from "./checkLoaded.ts";
import type { Evidence } from "./checks.ts";
import { driveToEnd, type Reins, untilDone } from "./drive.ts";
import type { ApplyState } from "./model.ts";
import type { ApplyNews, ApplyOptions } from "./options.ts";
import type { Journal } from "./run.ts";
import { noteSilence, type Silences } from "./silence.ts";
import { findApply, type StoredApply, writeAftermath, writeEvidence, writeState } from "./store.ts";
import { isOver } from "./transition.ts";

/**
 * Brings an apply to its end, and does what has to be done behind it. Null: the server ends, and the next one
 * takes it up. However often it fails, the device restores by itself meanwhile.
 */
export async function leadApply(
  options: ApplyOptions,
  apply: StoredApply,
  reins: Reins,
  silences: Silences,
): Promise<StoredApply | null> {
  return untilDone(options, reins.closing, () => leadOnce(options, apply, reins, silences));
}

async function leadOnce(
  options: ApplyOptions,
  apply: StoredApply,
  reins: Reins,
  silences: Silences,
): Promise<StoredApply | null> {
  const journal = journalOf(options, apply);
  const end = await driveToEnd(
    options,
    {
      promise: apply.order,
      journal,
      check: (transport, stop) => check(options, apply, transport, stop),
      heard: (silence) => noteSilence(options, apply, silences, silence),
    },
    reins,
  );
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
  const { database, devices } = options;
  const looking = { ...options, network: devices.network(), transport, stop };
  const pull = async () => {
    const pulled = await pullDevice(devices, apply.order.device);
    return "reason" in pulled ? pulled.reason : pulled.snapshot;
  };
  const result = await checkLoaded({ ...looking, pull }, apply.order);
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
  const { changeId, device, isAlone = false } = order;
  events.publish({ applyId: id, changeId, device, isAlone, atMs: clock(), ...told });
}
