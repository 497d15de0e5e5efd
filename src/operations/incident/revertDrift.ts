import type { Actor } from "../../platform/auth/actor.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { runningHashOf } from "../change/runningHash.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { pull } from "../inventory/pull.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { TrailEvent } from "../trail/model.ts";
import { type Attribute, type PlannedUndo, planUndo, sendUndo } from "./takeBack.ts";

export interface RevertOptions {
  readonly clock: Clock;
  readonly network: () => Network;
  readonly transportOf: (device: string) => Transport;
  readonly baselineOf: (device: string) => Promise<Snapshot | null>;
  readonly snapshotOf: (hash: string, device: string) => Promise<Snapshot | null>;
  /** Whether an apply is under way there: what it reads back has to be its own. */
  readonly isApplying: (device: string) => Promise<boolean>;
  /** What comes while we send is our own work. */
  readonly attribute: Attribute;
  readonly record: (event: TrailEvent) => Promise<unknown>;
}

/** What was taken back. */
export interface RevertedDrift {
  readonly kind: "reverted";
  readonly device: string;
  readonly baseline: string;
  /** Rules that went, and rules that came back. */
  readonly removed: readonly string[];
  readonly restored: readonly string[];
  /** Intents that hold again, and those that something else breaks as well. */
  readonly repairs: readonly string[];
  readonly stillBroken: readonly string[];
}

export type RevertDrift = (
  device: string,
  hash: string,
  actor: Actor,
) => Promise<RevertedDrift | Refusal>;

/** Takes what runs on a device back to its baseline, one at a time on each. */
export function openRevertDrift(options: RevertOptions): RevertDrift {
  const underWay = new Set<string>();
  return async (name, hash, actor) => {
    const busy = refuse(`something is being loaded onto \`${name}\``, "wait until it is over");
    if (underWay.has(name)) return busy;
    underWay.add(name);
    try {
      if (await options.isApplying(name)) return busy;
      return await revertDrift(options, name, hash, actor);
    } finally {
      underWay.delete(name);
    }
  };
}

async function revertDrift(
  options: RevertOptions,
  name: string,
  hash: string,
  { login }: Actor,
): Promise<RevertedDrift | Refusal> {
  const device = options.network().devices.get(name);
  if (device === undefined)
    return refuseUnknown(`there is no device \`${name}\``, "list them: `premortem status`");
  const planned = await plan(options, device, hash);
  if (planned.kind === "refusal") return planned;
  const { undo, baseline, ...rest } = planned;
  const { removed, restored } = undo;
  const { attribute } = options;
  const record = (kind: string, details: TrailEvent["details"]) =>
    options.record({
      atMs: options.clock(),
      actor: login,
      kind,
      subject: `device/${name}`,
      details,
    });
  await record("drift.reverting", { from: hash, to: baseline, script: undo.script });
  const sender = { device: name, work: { kind: "revert", login }, attribute } as const;
  const sent = await sendUndo(options.transportOf(name), { ...rest, undo }, sender);
  if (sent !== "done") {
    await record("drift.notReverted", { from: hash, to: baseline, reason: sent.reason });
    return sent;
  }
  await record("drift.reverted", { from: hash, to: baseline, removed, restored });
  const { repairs, stillBroken } = rest;
  return { kind: "reverted", device: name, baseline, removed, restored, repairs, stillBroken };
}

/** For exactly the state that a person has looked at. */
async function plan(
  { network, transportOf, baselineOf, snapshotOf }: RevertOptions,
  device: NetworkDevice,
  hash: string,
): Promise<(PlannedUndo & { readonly baseline: string }) | Refusal> {
  const { name } = device;
  const before = await baselineOf(name);
  if (before === null)
    return refuse(`\`${name}\` has no baseline`, `adopt one: \`premortem init ${name}\``);
  const after = await snapshotOf(hash, name);
  const look = `look at what runs: \`premortem pull ${name}\``;
  if (after === null) return refuseUnknown(`no snapshot of \`${name}\` has the hash ${hash}`, look);
  const transport = transportOf(name);
  const pulled = await pull(transport, device);
  if (pulled.kind !== "pulled") return refuse(pulled.message, pulled.help);
  if (runningHashOf(device, pulled.snapshot) !== runningHashOf(device, after))
    return refuse(`\`${name}\` does not run any more what was looked at`, look);
  /* Much may have come since the baseline: what is not named as ours stays. */
  const isProtected = (table: string) => device.owners.get(table) !== "premortem";
  const planned = await planUndo({
    network: network(),
    device,
    transport,
    before,
    after,
    isProtected,
  });
  return planned.kind === "refusal" ? planned : { ...planned, baseline: before.hash };
}
