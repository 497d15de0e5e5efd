import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { type Evidence, runChecks } from "../apply/checks.ts";
import type { CheckTime } from "../apply/checkTime.ts";
import { confirmationChecks, type Probes } from "../apply/confirmation.ts";
import { installPart } from "../apply/deviceFiles.ts";
import { type ListedTable, withoutLiveElements } from "../apply/listing.ts";
import { liveSets } from "../apply/liveSets.ts";
import type { ApplyEnd, ApplyState, RefusalReason } from "../apply/model.ts";
import { type ApplyPlan, type DevicePart, isCandidateRunning, runApply } from "../apply/run.ts";
import { listingText, transitionScript } from "../apply/script.ts";
import { lastNumber } from "../apply/store.ts";
import { DEFAULT_WINDOW_S } from "../apply/window.ts";
import { whyText } from "../apply/words.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { pull } from "../inventory/pull.ts";

/** What a load that restores itself is made with. */
export interface Arms {
  readonly database: Database;
  readonly clock: () => number;
  readonly probes: Probes;
  readonly time: CheckTime;
  /** Text of `premortem-device.sh`. */
  readonly devicePart: string;
  readonly deviceFolder: (device: string) => string;
}

/** From what runs to what shall run, in the own tables alone. */
export interface ArmedLoad {
  readonly network: Network;
  readonly device: NetworkDevice;
  readonly transport: Transport;
  readonly base: readonly ListedTable[];
  readonly wanted: readonly ListedTable[];
  /** Intents that are proved to be broken behind it, or undecided: none of them holds now. */
  readonly broken: readonly string[];
  readonly undecided: readonly string[];
}

/**
 * Loads with the dead-man armed, and earns the right to stay like any apply. Its states are kept in memory alone:
 * where the server ends in between, the device restores by itself what ran before.
 */
export async function loadArmed(arms: Arms, load: ArmedLoad): Promise<"done" | Refusal> {
  const { device, transport } = load;
  const green = await arms.probes.green(device.name);
  const part = await installPart(transport, arms.deviceFolder(device.name), arms.devicePart);
  if ("message" in part) return refuse(part.message, part.help);
  const plan = await planOf(arms, load);
  const beganMs = arms.clock();
  let state: ApplyState = { kind: "planned" };
  let evidence: readonly Evidence[] = [];
  const end = await runApply({
    transport,
    device: part,
    plan,
    journal: {
      read: () => Promise.resolve(state),
      write: (next) => {
        state = next;
        return Promise.resolve();
      },
    },
    check: async (stop) => {
      const checks = confirmationChecks({
        ...promised(load, plan, part),
        green,
        probes: arms.probes,
      });
      const result = await runChecks(checks, arms.time, stop);
      evidence = result.evidence;
      return result.passed;
    },
    asked: new AbortController().signal,
    isLate: () => arms.clock() - beganMs > plan.windowS * 1_000,
    pause: () => arms.time.wait(PAUSE_MS, new AbortController().signal),
  });
  return told(end, evidence);
}

/** Milliseconds before a device that cannot be reached is asked again. */
const PAUSE_MS = 1_000;

async function planOf(arms: Arms, { device, base, wanted }: ArmedLoad): Promise<ApplyPlan> {
  const keys = new Set([...base, ...wanted].map(({ key }) => key));
  return {
    id: Math.max(arms.clock(), (await lastNumber(arms.database, device.name)) + 1),
    tables: [...keys],
    base: listingText(base),
    candidate: listingText(withoutLiveElements(wanted)),
    load: transitionScript(base, wanted),
    restore: transitionScript(wanted, base),
    live: liveSets(base, wanted),
    losses: [],
    windowS: DEFAULT_WINDOW_S,
  };
}

function promised(load: ArmedLoad, { id, windowS }: ApplyPlan, part: DevicePart) {
  const { network, device, transport, broken, undecided } = load;
  return {
    network,
    device,
    overridden: [],
    undecided,
    brokenBefore: broken,
    windowS,
    knock: (timeoutMs: number) => transport.knock(timeoutMs),
    pull: async () => {
      const pulled = await pull(transport, device);
      return pulled.kind === "pulled" ? pulled.snapshot : pulled.message;
    },
    look: () => isCandidateRunning(transport, part, id),
  };
}

function told(end: ApplyEnd | null, evidence: readonly Evidence[]): "done" | Refusal {
  switch (end?.kind) {
    case "confirmed":
      return "done";
    case "refused":
      return refuse(
        `nothing was loaded: ${REFUSED[end.reason]}`,
        "look at the device, and try again",
      );
    case "rolledBack":
      return refuse(`it was loaded, and taken back: ${whyNot(evidence) ?? end.reason}`, LOOK);
    case "stuck":
      return refuse(whyText(end) ?? "it is not known what runs", LOOK);
    case undefined:
      return refuse("it is not known what runs: the device restores what ran before", LOOK);
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

function whyNot(evidence: readonly Evidence[]): string | null {
  const failed = evidence.filter(({ passed, isCounted }) => isCounted && !passed);
  const words = failed
    .filter(({ tookMs }) => tookMs !== null)
    .map(({ name, text }) => `${name}: ${text}`);
  return words.length === 0 ? null : words.join("; ");
}
