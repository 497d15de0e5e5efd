import type { Clock } from "../../platform/clock.ts";
import { openDeadline } from "../../platform/deadline.ts";
import type { Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { MonitorFlow, ProbeMonitor } from "../inventory/monitors.ts";
import {
  type Answer,
  type AttemptState,
  beginAttempt,
  CannotAsk,
  ProbeFailure,
} from "./attempt.ts";
import type { ProbeResult, Vantage } from "./model.ts";
import { ask } from "./protocols/index.ts";

/** What a probe needs of the rest. */
export interface ProbeTools {
  readonly clock: Clock;
  readonly transportOf: (device: string) => Transport;
  /** As whom and from where a device asks a target; or why it cannot be asked. */
  readonly vantageOf: (device: string, target: string) => Promise<Vantage | TransportFault>;
}

/** Milliseconds for a device to say that it is there, when a probe through it has failed. */
const WITNESS_TIMEOUT_MS = 5_000;
/** What is in our way, not in the target's. */
const BLINDING: readonly TransportFault["fault"][] = [
  "forbidden",
  "hostKeyChanged",
  "hostKeyUnknown",
  "loginRefused",
  "cannotStart",
];

/** Times the time-out that may go by at most where this process computes meanwhile, and hears nobody. */
const DEAF_FACTOR = 3;

/**
 * Asks once. Always comes to an end within the time-out and that of a witness, of time in which this process
 * hears; and never throws.
 */
export async function runProbe(
  monitor: ProbeMonitor,
  tools: ProbeTools,
  timeoutMs: number = monitor.timeoutMs,
): Promise<ProbeResult> {
  const vantage = await tools.vantageOf(monitor.from, targetOf(monitor));
  const atMs = tools.clock();
  const source = "kind" in vantage ? null : vantage.source;
  const about = {
    monitor: monitor.id,
    kind: monitor.kind,
    atMs,
    vantage: "kind" in vantage ? { through: monitor.from, user: null, source } : vantage,
  };
  if ("kind" in vantage) return { ...about, ...nothing, ...blind(vantage), durationMs: 0 };
  const mostMs = DEAF_FACTOR * timeoutMs;
  const state = beginAttempt(tools.transportOf, mostMs, source);
  const deadline = openDeadline(timeoutMs, mostMs);
  const end = await raced(state, monitor, deadline.over);
  deadline.end();
  const durationMs = Math.max(0, tools.clock() - atMs - Math.round(deadline.deafMs()));
  const found = await judge(end, state, monitor, tools, { durationMs, timeoutMs });
  state.end();
  return { ...about, ...found, flows: fromSource(found.flows, source), durationMs };
}

type Found = Pick<ProbeResult, "outcome" | "stage" | "reason" | "measured" | "isReached" | "flows">;
const nothing = { measured: "nothing", isReached: false, flows: [] } as const;

function blind({ message, help }: Pick<TransportFault, "message" | "help">) {
  const reason = help === "" ? message : `${message}: ${help}`;
  return { outcome: "blind", stage: "device", reason } as const;
}

type End =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "timedOut" };

async function raced(
  { attempt }: AttemptState,
  monitor: ProbeMonitor,
  over: Promise<void>,
): Promise<End> {
  const deadline = over.then((): End => ({ kind: "timedOut" }));
  const answered = ask(attempt, monitor).then(
    (answer): End => ({ kind: "answered", answer }),
    (error: unknown): End => ({ kind: "failed", error }),
  );
  return Promise.race([answered, deadline]);
}

async function judge(
  end: End,
  state: AttemptState,
  monitor: ProbeMonitor,
  tools: ProbeTools,
  { durationMs, timeoutMs }: { readonly durationMs: number; readonly timeoutMs: number },
): Promise<Found> {
  if (end.kind === "answered") return answered(end.answer, monitor, durationMs);
  if (end.kind === "failed" && end.error instanceof CannotAsk)
    return { ...nothing, ...blind({ message: state.wordsOf(end.error), help: "" }) };
  const stage = state.stage();
  const isReached = state.hasHeard();
  const fault = state.fault();
  if (fault !== null && BLINDING.includes(fault.fault)) return { ...nothing, ...blind(fault) };
  if (!isReached || end.kind === "timedOut") {
    const missing = await missingDevice(state, monitor, tools);
    if (missing !== null) return { ...nothing, ...blind(missing) };
  }
  const reason =
    end.kind === "timedOut"
      ? `nothing more came within ${timeoutMs} ms`
      : fault !== null && !isReached
        ? fault.message
        : state.wordsOf(end.error);
  const flows =
    (end.kind === "failed" && end.error instanceof ProbeFailure && end.error.flows) ||
    state.flows();
  return {
    outcome: "failed",
    stage,
    reason,
    measured: `until ${stage}`,
    isReached,
    flows: flows ?? monitor.flows,
  };
}

function answered(answer: Answer, monitor: ProbeMonitor, durationMs: number): Found {
  const slow =
    durationMs > monitor.slowMs ? `took ${durationMs} ms, more than ${monitor.slowMs}` : null;
  const reason = answer.degraded ?? slow;
  return {
    outcome: reason === null ? "ok" : "degraded",
    stage: "done",
    reason,
    measured: answer.measured,
    isReached: true,
    flows: answer.flows ?? monitor.flows,
  };
}

/** Whether what failed is the way to the device instead of the target behind it. */
async function missingDevice(
  state: AttemptState,
  monitor: ProbeMonitor,
  { transportOf }: ProbeTools,
): Promise<Pick<TransportFault, "message" | "help"> | null> {
  for (const device of new Set([...state.devices(), monitor.from])) {
    const ran = await transportOf(device).run(["true"], { timeoutMs: WITNESS_TIMEOUT_MS });
    if (ran.kind === "fault") return ran;
    if (ran.code !== 0) return { message: `${device} runs nothing: ${ran.error.trim()}`, help: "" };
  }
  return null;
}

/** Of the connections from each address of a device to a target, the one that was used. */
function fromSource(flows: readonly MonitorFlow[], source: string | null): readonly MonitorFlow[] {
  const used = flows.filter(({ from }) => from === source);
  const isOther = (flow: MonitorFlow) =>
    flow.from !== source &&
    used.some(({ to, service }) => to === flow.to && service === flow.service);
  return flows.filter((flow) => !isOther(flow));
}

/** The host that is asked first. */
function targetOf(monitor: ProbeMonitor): string {
  switch (monitor.kind) {
    case "submission":
    case "imap":
      return monitor.server.target.host;
    case "round-trip":
      return monitor.submit.target.host;
    default:
      return monitor.to.host;
  }
}
