import { isKept } from "../../engine/intents/model.ts";
import type { TransportFault } from "../../platform/transport/transport.ts";
import { checkDevice } from "../inventory/checkDevice.ts";
import { isCovered } from "../inventory/covered.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import type { MonitorFlow } from "../inventory/monitors.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { isWell } from "../probe/model.ts";
import type { Check, Finding } from "./checks.ts";

/** A probe that was green before the load. */
export interface GreenProbe {
  readonly id: string;
  /** Connections that it speaks of; empty: not known. */
  readonly flows: readonly MonitorFlow[];
  /** Milliseconds that it took when it was green. */
  readonly tookMs: number;
}

/** How a probe went: a blind one says nothing, and nothing is no "yes". */
export interface ProbeOutcome {
  readonly status: "ok" | "degraded" | "failed" | "blind";
  readonly text: string;
}

/** What apply wants of the probes; who runs them is not its concern. */
export interface Probes {
  /** Those that are green now, as far as they concern the device. */
  green(device: string): Promise<readonly GreenProbe[]>;
  /** Runs one anew. */
  run(id: string, signal: AbortSignal): Promise<ProbeOutcome>;
}

export interface Confirmation {
  readonly network: Network;
  readonly device: NetworkDevice;
  /** Intents that may be broken, and those that may stay undecided. */
  readonly overridden: readonly string[];
  readonly undecided: readonly string[];
  /** Intents that were broken before the load, and of which it is proved to break no more. */
  readonly brokenBefore: readonly string[];
  readonly green: readonly GreenProbe[];
  readonly probes: Probes;
  /** Reads the device anew. */
  readonly pull: () => Promise<Snapshot | string>;
  /** Whether the candidate runs in the own tables, by meaning; a fault is told in words. */
  readonly look: () => Promise<boolean | string>;
  /** A connection that is shared with nothing; null: it was let in. */
  readonly knock: (timeoutMs: number) => Promise<TransportFault | null>;
  /** Seconds until the device restores by itself. */
  readonly windowS: number;
}

/** Milliseconds that reading back and a new connection may take: a device that answers needs a tenth. */
const ANSWER_MS = 3_500;
/** A probe hangs when it takes this many times what it took when it was green … */
const PROBE_FACTOR = 3;
/**
 * … but it has this many milliseconds at least: a packet that was lost is sent again after one second, and
 * the next time at three (RFC 6298, 2 and 5.5), so that between them nothing new comes. Half a second is left
 * for the answer to the second one. No more, since connections that are open already send again 0.2, 0.6, 1.4,
 * 3.0 and 6.2 s after the load: who has taken back by 3.0 s has them back then, who needs 3.3 s may wait for the
 * next (measured: with 2,000 ms here, Dovecot's connection to its database held mail up to 6.9 s).
 */
const PROBE_LEAST_MS = 1_500;
/** Part of the window within which all is decided, so that the device hears of it in time. */
const PART_OF_WINDOW = 0.5;

/**
 * What has to be so that a candidate may stay. What an override names may not roll it back; everything
 * else does, and so does what it leads to.
 */
export function confirmationChecks(confirmation: Confirmation): readonly Check[] {
  const { knock, look, windowS, green } = confirmation;
  const mostMs = windowS * 1000 * PART_OF_WINDOW;
  const answerMs = Math.min(ANSWER_MS, mostMs);
  const counted = { isCounted: true, deadlineMs: answerMs, mostMs };
  return [
    ...green.map((one) => probeCheck(confirmation, one, mostMs)),
    {
      ...counted,
      kind: "connection",
      name: "a new connection",
      run: async () => {
        const fault = await knock(answerMs);
        return { passed: fault === null, text: fault === null ? "let in" : fault.message };
      },
    },
    {
      ...counted,
      kind: "readBack",
      name: "read-back",
      run: async () => {
        const found = await look();
        if (typeof found === "string") return { passed: false, text: found };
        const text = found ? "the candidate runs" : "something else runs than was loaded";
        return { passed: found, text };
      },
    },
    { ...counted, kind: "intents", name: "intents", run: () => intentsFinding(confirmation) },
  ];
}

function probeCheck(
  { network, overridden, probes }: Confirmation,
  { id, flows, tookMs }: GreenProbe,
  mostMs: number,
): Check {
  return {
    kind: "probe",
    name: id,
    isCounted: !isCovered(network, flows, overridden),
    deadlineMs: Math.min(mostMs, Math.max(PROBE_LEAST_MS, PROBE_FACTOR * tookMs)),
    mostMs,
    run: async (signal) => {
      const { status, text } = await probes.run(id, signal);
      return { passed: isWell(status), text: `${status}: ${text}` };
    },
  };
}

async function intentsFinding(confirmation: Confirmation): Promise<Finding> {
  const snapshot = await confirmation.pull();
  if (typeof snapshot === "string") return { passed: false, text: snapshot };
  return judgeRunning(confirmation, snapshot);
}

type Promised = Pick<
  Confirmation,
  "network" | "device" | "overridden" | "undecided" | "brokenBefore"
>;

/**
 * Whether what runs keeps what was promised. What is undecided is not kept, unless a person has accepted exactly
 * that; what may be broken may be undecided too.
 */
export function judgeRunning(promised: Promised, snapshot: Snapshot): Finding {
  const { network, device, overridden, undecided, brokenBefore } = promised;
  const running = runningDevice(snapshot);
  if (running.refused.length > 0 || running.coverage.notUnderstood > 0)
    return { passed: false, text: "part of what runs could not be read" };
  const { intents } = checkDevice(network, device.name, running.device);
  const mayBreak = new Set([...overridden, ...brokenBefore]);
  const failing = intents.filter(
    ({ status, id }) =>
      !isKept(status) && !mayBreak.has(id) && !(status === "undecided" && undecided.includes(id)),
  );
  const holding = intents.filter(({ status }) => isKept(status)).length;
  if (failing.length === 0)
    return { passed: true, text: `${holding} of ${intents.length} hold, none is newly broken` };
  return { passed: false, text: failing.map(({ status, id }) => `${status}: ${id}`).join(", ") };
}
