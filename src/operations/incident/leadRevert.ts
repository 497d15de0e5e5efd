import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { checkLoaded } from "../apply/checkLoaded.ts";
import type { Evidence } from "../apply/checks.ts";
import { driveToEnd, untilDone } from "../apply/drive.ts";
import type { ApplyEnd, RefusalReason } from "../apply/model.ts";
import type { Journal } from "../apply/run.ts";
import { isOver } from "../apply/transition.ts";
import { whyText } from "../apply/words.ts";
import { pull } from "../inventory/pull.ts";
import type { TrailEvent } from "../trail/model.ts";
import type { RevertOptions } from "./revertDrift.ts";
import {
  type StoredRevert,
  tellRevert,
  writeRevertEvidence,
  writeRevertState,
} from "./revertStore.ts";

/** Nobody takes a revert back: what it earns its place by is what an apply does. */
const NEVER = new AbortController().signal;

/**
 * Loads with the dead-man armed, and earns the right to stay like any apply, from wherever its journal stands. Null:
 * the server ends, and the next one takes it up; the device restores by itself meanwhile.
 */
export async function leadRevert(
  options: RevertOptions,
  revert: StoredRevert,
  closing: AbortSignal,
): Promise<ApplyEnd | null> {
  const { device, by } = revert.order;
  const endOfWork = options.attribute(device, { kind: "revert", login: by });
  const driven = {
    promise: revert.order,
    journal: journalOf(options, revert),
    check: (transport: Transport, stop: AbortSignal) => check(options, revert, transport, stop),
    heard: async () => undefined,
  };
  return untilDone(options, closing, () =>
    driveToEnd(options, driven, { asked: NEVER, closing }),
  ).finally(endOfWork);
}

/** Each state is in the database before its action begins; an end is in the trail in the same step. */
function journalOf(options: RevertOptions, { id, order }: StoredRevert): Journal {
  const { database, clock, trail, events } = options;
  return {
    read: async () => (await tellRevert(database, id))?.state ?? null,
    write: async (state) => {
      const atMs = clock();
      await database.transaction().execute(async (transaction) => {
        await writeRevertState(transaction, id, state, atMs);
        if (!isOver(state)) return;
        const evidence = (await tellRevert(transaction, id))?.evidence ?? [];
        await trail.append(endEvent({ id, order }, state, evidence, atMs), transaction);
      });
      events.publish({ device: order.device, login: order.by, state, atMs });
    },
  };
}

function endEvent(
  { order }: StoredRevert,
  end: ApplyEnd,
  evidence: readonly Evidence[],
  atMs: number,
): TrailEvent {
  const { device, by, from, baseline, removed, restored, leftAlone } = order;
  const common = { atMs, actor: by, subject: `device/${device}` };
  const refusal = whyNotReverted(end, evidence);
  return refusal === null
    ? {
        ...common,
        kind: "drift.reverted",
        details: { from, to: baseline, removed, restored, leftAlone },
      }
    : {
        ...common,
        kind: "drift.notReverted",
        details: { from, to: baseline, reason: refusal.reason },
      };
}

async function check(
  options: RevertOptions,
  { id, order }: StoredRevert,
  transport: Transport,
  stop: AbortSignal,
): Promise<boolean> {
  const { devices, database } = options;
  const network = devices.network();
  const device = network.devices.get(order.device);
  const read = async () => {
    if (device === undefined) return `the network file does not name \`${order.device}\` any more`;
    const pulled = await pull(transport, device);
    return pulled.kind === "pulled" ? pulled.snapshot : pulled.message;
  };
  const looking = { ...options, network, transport, pull: read, stop };
  const { passed, evidence } = await checkLoaded(looking, order);
  await writeRevertEvidence(database, id, evidence);
  return passed;
}

/** Null: the baseline runs again. */
export function whyNotReverted(end: ApplyEnd, evidence: readonly Evidence[]): Refusal | null {
  switch (end.kind) {
    case "confirmed":
      return null;
    case "refused":
      return refuse(
        `nothing was loaded: ${REFUSED[end.reason]}`,
        "look at the device, and try again",
      );
    case "rolledBack": {
      const failed = end.reason === "checkFailed" ? whatFailed(evidence) : null;
      return refuse(`it was loaded, and taken back: ${failed ?? whyText(end)}`, LOOK);
    }
    case "stuck":
      return refuse(whyText(end) ?? "it is not known what runs", LOOK);
  }
}

const LOOK = "look at what runs: `premortem pull`";

const REFUSED: Readonly<Record<RefusalReason, string>> = {
  changedSincePlanned: "what runs changed meanwhile",
  cannotRestore: "the device cannot promise to restore what runs now",
  notLoaded: "the kernel does not take it",
  tooLate: "it took too long",
  superseded: "something newer was loaded",
  anotherArmed: "something else is being applied there",
};

function whatFailed(evidence: readonly Evidence[]): string | null {
  const failed = evidence.filter(({ passed, isCounted }) => isCounted && !passed);
  const words = failed
    .filter(({ tookMs }) => tookMs !== null)
    .map(({ name, text }) => `${name}: ${text}`);
  return words.length === 0 ? null : words.join("; ");
}
