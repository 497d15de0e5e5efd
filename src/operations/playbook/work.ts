import { answerTrace, type TraceAnswer } from "../../engine/answer/trace.ts";
import { interpret } from "../../engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import type { Refusal } from "../../platform/refusal.ts";
import type { TransportFault } from "../../platform/transport/transport.ts";
import type { Raised } from "../alert/model.ts";
import type { Incidents } from "../incident/service.ts";
import type { Pulled, PullFailed } from "../inventory/pull.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { type ProbeResult, vantageText } from "../probe/model.ts";
import type { PlaybookStep } from "./model.ts";
import type { PlaybookRun } from "./run.ts";

/** What the steps of premortem need of the other parts. */
export interface WorkOptions {
  readonly probe: (name: string) => Promise<ProbeResult>;
  readonly pull: (device: string) => Promise<Pulled | PullFailed | TransportFault | Refusal>;
  readonly incidents: Pick<Incidents, "proposeUndo" | "undo" | "find">;
  readonly raise: (raised: Raised) => Promise<unknown>;
}

/** What came of a step. */
export type Worked =
  | { readonly kind: "result"; readonly text: string; readonly isGood: boolean }
  | { readonly kind: "proposed"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string };

/** Does the part of premortem in a step that was begun. Done twice, it changes nothing twice. */
export async function workOn(
  options: WorkOptions,
  run: PlaybookRun,
  step: Exclude<PlaybookStep, { kind: "person" }>,
): Promise<Worked> {
  switch (step.kind) {
    case "probe":
      return probed(await options.probe(step.probe));
    case "trace":
      return trace(options, step);
    case "undo":
      return propose(options, run);
    case "notify":
      /* The same key is the same alert, however often it is raised. */
      await options.raise(raisedBy(run, step));
      return { kind: "result", text: "told", isGood: true };
  }
}

function probed(result: ProbeResult): Worked {
  const { monitor, outcome, reason, measured, vantage } = result;
  const text = `${monitor}: ${outcome}${reason === null ? "" : `, ${reason}`} (${measured}, ${vantageText(vantage)})`;
  if (outcome === "blind") return { kind: "failed", text };
  return { kind: "result", text, isGood: outcome === "ok" };
}

async function trace(
  { pull }: WorkOptions,
  { device, packet, expect }: Extract<PlaybookStep, { kind: "trace" }>,
): Promise<Worked> {
  const spec = parsePacket(packet, { lengthIsExtra: false });
  if (isNotationError(spec)) return { kind: "failed", text: `${spec.message}: ${spec.help}` };
  const pulled = await pull(device);
  if (pulled.kind !== "pulled")
    return {
      kind: "failed",
      text: `${device} could not be read: ${"reason" in pulled ? pulled.reason : pulled.message}`,
    };
  const running = runningDevice(pulled.snapshot).device;
  const answer = answerTrace(packet, interpret(running, spec, { host: null }));
  return {
    kind: "result",
    text: `${packet} on ${device}: ${verdictText(answer)}`,
    isGood: answer.verdict === expect,
  };
}

function verdictText({ verdict, rule, policy, kernel }: TraceAnswer): string {
  if (rule !== null) return `${verdict}, by line ${rule.line} of its listing: ${rule.text}`;
  if (policy !== null) return `${verdict}, by the policy of ${policy.table} ${policy.chain}`;
  return kernel === null ? verdict : `${verdict}, by the kernel: ${kernel}`;
}

async function propose({ incidents }: WorkOptions, { incident }: PlaybookRun): Promise<Worked> {
  const proposed = await incidents.proposeUndo(incident);
  if (proposed.kind === "refusal")
    return { kind: "failed", text: `${proposed.reason}: ${proposed.help}` };
  const { undo, repairs, stillBroken, undecided } = proposed.plan;
  const parts = [
    ...undo.removed.map((rule) => `takes away ${rule}`),
    ...undo.restored.map((rule) => `brings back ${rule}`),
    ...(repairs.length === 0 ? [] : [`then holds again (proved): ${repairs.join(", ")}`]),
    ...(stillBroken.length === 0 ? [] : [`stays broken: ${stillBroken.join(", ")}`]),
    ...(undecided.length === 0 ? [] : [`not decided: ${undecided.join(", ")}`]),
  ];
  return { kind: "proposed", text: `on ${proposed.device}: ${parts.join("; ")}` };
}

function raisedBy(
  run: PlaybookRun,
  { id, title, text, severity }: Extract<PlaybookStep, { kind: "notify" }>,
): Raised {
  return {
    key: `playbook/${run.id}/${id}`,
    group: `incident/${run.incident}`,
    severity,
    title: `incident ${run.incident}: ${title}`,
    text,
    labels: { incident: String(run.incident), playbook: run.playbook.id },
    link: null,
  };
}

/** Presses an undo that was proposed. */
export async function pressUndo(
  { incidents }: WorkOptions,
  { incident }: PlaybookRun,
  actor: Actor,
): Promise<Worked> {
  const undone = await incidents.undo(incident, actor);
  if ("reason" in undone) return { kind: "failed", text: `${undone.reason}: ${undone.help}` };
  const { undo } = undone;
  return undo === null
    ? { kind: "failed", text: "nothing was undone" }
    : { kind: undo.state === "done" ? "result" : "failed", text: undo.text, isGood: true };
}

/**
 * What became of an undo that was pressed when the server ended. It is never sent a second time: what runs may be
 * another ruleset by now. Null: nobody knows.
 */
export async function pressedBefore(
  { incidents }: WorkOptions,
  { incident }: PlaybookRun,
  { by, atMs }: { readonly by: string; readonly atMs: number },
): Promise<Worked | null> {
  const undo = (await incidents.find(incident))?.undo ?? null;
  if (undo === null || undo.by !== by || undo.atMs < atMs)
    return { kind: "failed", text: "the server ended before anything was sent" };
  if (undo.state === "begun") return null;
  return { kind: undo.state === "done" ? "result" : "failed", text: undo.text, isGood: true };
}
