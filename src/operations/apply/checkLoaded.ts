import type { Transport } from "../../platform/transport/transport.ts";
import { networkHashOf } from "../change/networkHash.ts";
import type { Network } from "../inventory/model.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { type CheckResult, type Evidence, runChecks } from "./checks.ts";
import { confirmationChecks, type GreenProbe } from "./confirmation.ts";
import { type Arms, devicePartOf } from "./options.ts";
import { type ApplyPlan, isCandidateRunning } from "./run.ts";

/** What was known before the load, and what loaded tables are held to. */
export interface LoadPromise {
  readonly device: string;
  /** Of `networkHashOf`: what was asked of the device when it was proved. */
  readonly networkHash: string;
  readonly startedMs: number;
  readonly plan: ApplyPlan;
  /** Green before the load. */
  readonly green: readonly GreenProbe[];
  /** Intents that may be broken: an override names them, or who approved was shown them, and they are not critical. */
  readonly overridden: readonly string[];
  /** Intents that may be undecided, for the same reasons. */
  readonly undecided: readonly string[];
  readonly brokenBefore: readonly string[];
}

interface Looking extends Pick<Arms, "probes" | "time" | "deviceFolder"> {
  readonly network: Network;
  readonly transport: Transport;
  /** Reads the device anew; a text: why it could not be read. */
  readonly pull: () => Promise<Snapshot | string>;
  readonly stop: AbortSignal;
}

/** Whether what was loaded may stay. */
export async function checkLoaded(looking: Looking, promise: LoadPromise): Promise<CheckResult> {
  const { network, transport, pull, probes, time, stop } = looking;
  const { green, overridden, undecided, brokenBefore, plan } = promise;
  const device = network.devices.get(promise.device);
  if (device === undefined) return notKept("the network file does not name it any more");
  /* It was proved on other intents: whether it keeps these nobody has said. */
  if (networkHashOf(network, device) !== promise.networkHash)
    return notKept("the network file changed since it was approved");
  const part = devicePartOf(looking, promise.device);
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
    pull,
    look: () => isCandidateRunning(transport, part, plan.id),
  });
  return runChecks(checks, time, stop);
}

function notKept(text: string): CheckResult {
  const found: Evidence = {
    kind: "intents",
    name: "intents",
    isCounted: true,
    passed: false,
    text,
    tookMs: 0,
  };
  return { passed: false, evidence: [found] };
}
