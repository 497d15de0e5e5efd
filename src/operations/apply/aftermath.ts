import { pullDevice } from "../change/onDevice.ts";
import { foreignHashOf } from "../change/runningHash.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { makeSnapshot, type Snapshot } from "../inventory/snapshot.ts";
import { writeBootFiles } from "./deviceFiles.ts";
import { helpBack } from "./helpBack.ts";
import type { ApplyEnd } from "./model.ts";
import { contradicting, type OpenConnections } from "./openConnections.ts";
import { type ApplyOptions, devicePartOf } from "./options.ts";
import { lookAt } from "./run.ts";
import type { Aftermath, StoredApply } from "./store.ts";

const NOTHING: Aftermath = {
  bootProblem: null,
  baselineProblem: null,
  openConnections: null,
  flushed: [],
  waitsFor: [],
};

/**
 * What is done behind an end: only what is confirmed becomes what boots, and behind a rollback services are
 * helped back. Done twice, after a crash, it comes to the same.
 */
export async function aftermathOf(
  options: ApplyOptions,
  apply: StoredApply,
  end: ApplyEnd,
  closing: AbortSignal,
): Promise<Aftermath> {
  switch (end.kind) {
    case "confirmed":
      return settle(options, apply);
    case "rolledBack":
      return recover(options, apply, closing);
    case "refused":
    case "stuck":
      return NOTHING;
  }
}

async function settle(options: ApplyOptions, apply: StoredApply): Promise<Aftermath> {
  const { devices } = options;
  const { device } = apply.order;
  if (!devices.network().devices.has(device))
    return { ...NOTHING, bootProblem: notNamed(device), baselineProblem: notNamed(device) };
  const bootProblem = await writeBoot(options, apply);
  const doubt = await whyNotConfirmed(options, apply);
  if (doubt !== null) return { ...NOTHING, bootProblem, baselineProblem: doubt };
  const pulled = await pullDevice(devices, device);
  if ("reason" in pulled) return { ...NOTHING, bootProblem, baselineProblem: pulled.reason };
  return {
    ...NOTHING,
    bootProblem,
    baselineProblem: await adopt(options, apply, pulled.snapshot),
    openConnections: await lookAtConnections(options, pulled.snapshot),
  };
}

async function writeBoot(
  { devices, deviceFolder }: ApplyOptions,
  { order }: StoredApply,
): Promise<string | null> {
  const { device, plan } = order;
  const transport = devices.transportOf(device);
  const before = makeSnapshot(
    device,
    order.filesBefore.map(([name, text]) => ({ name, text })),
  );
  const files = order.files.map(([path, text]) => ({ path, text }));
  const keep = `${deviceFolder(device)}/${plan.id}/sources`;
  const problem = await writeBootFiles(transport, files, before, keep);
  return problem === null ? null : `${problem.message}: ${problem.help}`;
}

/**
 * A restart between the confirmation and the boot files has loaded what was before; null: what was confirmed
 * runs.
 */
async function whyNotConfirmed(
  options: ApplyOptions,
  { order }: StoredApply,
): Promise<string | null> {
  const { device, plan } = order;
  const transport = options.devices.transportOf(device);
  const seen = await lookAt(transport, devicePartOf(options, device), plan.id);
  if (typeof seen === "string") return `what runs is not known: ${seen}`;
  return seen.marker === "confirmed" && seen.running === "candidate"
    ? null
    : "what runs is not what was confirmed: a restart or somebody else came first; propose the files anew";
}

/**
 * What was approved, and runs, is the baseline from now on. Where something else ran before, it is among what
 * runs now: that somebody has to look at.
 */
async function adopt(
  { devices }: ApplyOptions,
  { order }: StoredApply,
  snapshot: Snapshot,
): Promise<string | null> {
  const { device, wasBaseline, by, foreignHash } = order;
  const { hash } = snapshot;
  const named = devices.network().devices.get(device);
  if (named === undefined || foreignHashOf(named, snapshot) !== foreignHash)
    return "tables of others changed meanwhile: look at them, and adopt what runs by hand";
  if (!wasBaseline) return "what ran before was no baseline: adopt what runs now by hand";
  const adopted = await devices.adopt(device, hash, { login: by, roles: [] });
  return "reason" in adopted ? adopted.reason : null;
}

/** Of both families; without the program nothing is known. */
async function lookAtConnections(
  { devices }: ApplyOptions,
  snapshot: Snapshot,
): Promise<OpenConnections | null> {
  const transport = devices.transportOf(snapshot.device);
  const both = await Promise.all(
    ["ipv4", "ipv6"].map((family) => transport.run(["conntrack", "-L", "-f", family])),
  );
  const texts = both.flatMap((ran) => (ran.kind === "ran" && ran.code === 0 ? ran.out : []));
  if (texts.length < both.length) return null;
  const { device: running } = runningDevice(snapshot);
  return contradicting(devices.network(), snapshot.device, running, texts.join("\n"));
}

async function recover(
  options: ApplyOptions,
  { order }: StoredApply,
  closing: AbortSignal,
): Promise<Aftermath> {
  const ids = [...order.green.map(({ id }) => id), ...options.recovery.probes()];
  const { flushed, asked } = await helpBack(options, ids, closing);
  const waitsFor = asked.flatMap(({ probe, isWell, text }) => (isWell ? [] : [{ probe, text }]));
  return { ...NOTHING, flushed, waitsFor };
}

function notNamed(device: string): string {
  return `the network file does not name \`${device}\` any more`;
}
