import type { Actor } from "../../platform/auth/actor.ts";
import type { Channel } from "../../platform/channel.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { installPart } from "../apply/deviceFiles.ts";
import type { ApplyEnd, ApplyState } from "../apply/model.ts";
import { takeNumber } from "../apply/numbers.ts";
import type { Arms } from "../apply/options.ts";
import { isOver } from "../apply/transition.ts";
import { whyText } from "../apply/words.ts";
import { networkHashOf } from "../change/networkHash.ts";
import { ownTables } from "../change/ownTables.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import type { Inventory } from "../inventory/service.ts";
import type { Trail } from "../trail/service.ts";
import { leadRevert, whyNotReverted } from "./leadRevert.ts";
import { loadPlan, type PlannedRevert, planRevert } from "./planRevert.ts";
import {
  insertRevert,
  lastRevert,
  openRevertList,
  type RevertOrder,
  type StoredRevert,
  type ToldRevert,
  tellRevert,
} from "./revertStore.ts";
import type { Attribute } from "./takeBack.ts";

/** A revert has come to a state. */
export interface RevertNews {
  readonly device: string;
  readonly login: string;
  readonly atMs: number;
  readonly state: ApplyState;
}

export interface RevertOptions extends Arms {
  readonly devices: Pick<Inventory, "network" | "transportOf" | "baselineSnapshot" | "snapshotOf">;
  readonly trail: Pick<Trail, "append">;
  /** Why nothing is taken back on a device now: an apply is under way there; null: none is. */
  readonly taken: (device: string) => Promise<Refusal | null>;
  /** What comes while we send is our own work. */
  readonly attribute: Attribute;
  readonly events: Channel<RevertNews>;
  /** Told of what must not keep a revert from going on. */
  readonly onFault: (fault: unknown) => void;
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
  /** Tables of others that differ from the baseline, and stay as they are. */
  readonly leftAlone: readonly string[];
}

/** The last revert of a device. */
export interface LastRevert extends Pick<ToldRevert, "login" | "startedMs" | "stateMs"> {
  readonly state: ApplyState["kind"];
  readonly isOver: boolean;
  /** Why it is where it is; null: its state says it all. */
  readonly text: string | null;
}

/** Takes what runs on devices back to their baselines, one at a time on each. */
export interface Reverts {
  /** Exactly what was looked at, in premortem's own tables. */
  revert(device: string, hash: string, actor: Actor): Promise<RevertedDrift | Refusal>;
  /** Why nothing else is loaded onto a device now; null: no revert is under way there. */
  taken(device: string): Refusal | null;
  last(device: string): Promise<LastRevert | null>;
  /** Takes up what a server before has left; called once, before anything is started. */
  resume(): Promise<void>;
  /** Waits for those that can go on; a device that cannot be reached is left to its dead-man. */
  close(): Promise<void>;
}

/** Milliseconds that whoever asked waits for the end: a device that is out of reach restores by itself. */
const PATIENCE_MS = 90_000;

export function openReverts(options: RevertOptions): Reverts {
  const closing = new AbortController();
  const planning = new Set<string>();
  const leading = new Map<string, Promise<ApplyEnd | null>>();

  const lead = (revert: StoredRevert): Promise<ApplyEnd | null> => {
    const { device } = revert.order;
    const done = leadRevert(options, revert, closing.signal).finally(() => leading.delete(device));
    done.catch(options.onFault);
    leading.set(device, done);
    return done;
  };
  const taken = (device: string): Refusal | null =>
    planning.has(device) || leading.has(device)
      ? refuse(
          `drift is being taken back on \`${device}\``,
          "wait until it is over: `premortem status`",
        )
      : null;

  return {
    taken,
    async revert(name, hash, actor) {
      const refused = taken(name);
      if (refused !== null) return refused;
      planning.add(name);
      try {
        const begun = (await options.taken(name)) ?? (await begin(options, name, hash, actor));
        if ("kind" in begun) return begun;
        return await answerOf(options, begun, lead(begun));
      } finally {
        planning.delete(name);
      }
    },
    async last(device) {
      const found = await lastRevert(options.database, device);
      return found === null ? null : toLast(found);
    },
    async resume() {
      for (const revert of await openRevertList(options.database)) void lead(revert);
    },
    async close() {
      closing.abort();
      await Promise.allSettled(leading.values());
    },
  };
}

/** Plans it for what runs now, and writes down that it begins. */
async function begin(
  options: RevertOptions,
  name: string,
  hash: string,
  actor: Actor,
): Promise<StoredRevert | Refusal> {
  const { devices, deviceFolder, devicePart, database, clock, trail } = options;
  const network = devices.network();
  const device = network.devices.get(name);
  if (device === undefined)
    return refuseUnknown(`there is no device \`${name}\``, "list them: `premortem status`");
  const transport = devices.transportOf(name);
  const [baseline, looked] = await Promise.all([
    devices.baselineSnapshot(name),
    devices.snapshotOf(hash, name),
  ]);
  const planned = await planRevert({ network, device, transport, baseline, looked, hash });
  if (planned.kind === "refusal") return planned;
  const part = await installPart(transport, deviceFolder(name), devicePart);
  if ("message" in part) return refuse(part.message, part.help);
  const order = await orderOf(options, { network, device, planned, hash, actor });
  return database.transaction().execute(async (transaction) => {
    const revert = await insertRevert(transaction, order);
    const { removed, restored, by, from } = order;
    const details = { from, to: order.baseline, removed, restored };
    const event = { atMs: clock(), actor: by, subject: `device/${name}`, details };
    await trail.append({ kind: "drift.reverting", ...event }, transaction);
    return revert;
  });
}

interface Asked {
  readonly network: Network;
  readonly device: NetworkDevice;
  readonly planned: PlannedRevert;
  readonly hash: string;
  readonly actor: Actor;
}

async function orderOf(
  { database, clock, probes }: RevertOptions,
  { network, device, planned, hash, actor }: Asked,
): Promise<RevertOrder> {
  const { name } = device;
  const { undo, baseline, repairs, stillBroken, undecided, leftAlone } = planned;
  const green = await probes.green(name);
  const number = await takeNumber(database, name, clock());
  return {
    device: name,
    by: actor.login,
    from: hash,
    baseline,
    startedMs: clock(),
    networkHash: networkHashOf(network, device),
    plan: loadPlan(number, planned, ownTables(device)),
    green,
    overridden: [],
    undecided,
    brokenBefore: stillBroken,
    removed: undo.removed,
    restored: undo.restored,
    repairs,
    leftAlone,
  };
}

async function answerOf(
  { database, time }: RevertOptions,
  { id, order }: StoredRevert,
  done: Promise<ApplyEnd | null>,
): Promise<RevertedDrift | Refusal> {
  const answered = new AbortController();
  const late = time.wait(PATIENCE_MS, answered.signal).then(() => null);
  const end = await Promise.race([done, late]);
  answered.abort();
  const { device, baseline, removed, restored, repairs, brokenBefore, leftAlone } = order;
  if (end === null)
    return refuse(
      `it is not known yet what runs on \`${device}\`: it restores by itself what ran before`,
      "it goes on: `premortem status`, and the end is in the trail",
    );
  const evidence = (await tellRevert(database, id))?.evidence ?? [];
  const told = { removed, restored, repairs, stillBroken: brokenBefore, leftAlone };
  return whyNotReverted(end, evidence) ?? { kind: "reverted", device, baseline, ...told };
}

function toLast({ login, startedMs, state, stateMs, evidence }: ToldRevert): LastRevert {
  const text = isOver(state) ? whyNotReverted(state, evidence)?.reason : whyText(state);
  return {
    login,
    startedMs,
    state: state.kind,
    stateMs,
    isOver: isOver(state),
    text: text ?? null,
  };
}
