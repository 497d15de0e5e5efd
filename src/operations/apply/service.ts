import type { ProofAnswer } from "../../engine/answer/proof.ts";
import { mayOperate } from "../../platform/auth/actor.ts";
import { codeOf } from "../../platform/db/fault.ts";
import { refuse, refuseUnknown } from "../../platform/refusal.ts";
import { approvalRulesOf } from "../change/approvalRules.ts";
import type { Actor, Change, Refusal } from "../change/model.ts";
import { proveOnDevice } from "../change/onDevice.ts";
import { granted } from "../change/override.ts";
import { isRefusal } from "../change/permission.ts";
import { toProof } from "../change/prove.ts";
import { proveHere } from "../change/prover.ts";
import { foreignHashOf, runningHashOf } from "../change/runningHash.ts";
import { beginApply } from "../change/transition.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { partOf } from "../inventory/snapshot.ts";
import { brake, HOUR_MS } from "./brakes.ts";
import { installPart } from "./deviceFiles.ts";
import { endStuck } from "./endStuck.ts";
import { leadApply } from "./lead.ts";
import { takeNumber } from "./numbers.ts";
import type { ApplyOptions } from "./options.ts";
import { planApply } from "./plan.ts";
import { countRollbacks } from "./rollbacks.ts";
import type { Silences, Unheard } from "./silence.ts";
import {
  type ApplyOrder,
  endOf,
  findApply,
  insertApply,
  listApplies,
  openApplyList,
  openApplyOf,
  type StoredApply,
  statesOf,
} from "./store.ts";
import { LEAST_WINDOW_S, MOST_WINDOW_S } from "./window.ts";

export interface StartWishes {
  /** Seconds until the device restores by itself. */
  readonly windowS: number;
  /** Why it is tried although a brake says no; null: it is not. */
  readonly insist: string | null;
}

const MAXIMUM_PAGE = 100;

/** Applies under way, with what reins them in. */
interface Leading {
  readonly asked: AbortController;
  /** Null: the server ends. */
  readonly done: Promise<StoredApply | null>;
}

export type ApplyService = ReturnType<typeof openApplies>;

/** Makes changes so on devices, one at a time on each. */
export function openApplies(options: ApplyOptions) {
  const { database } = options;
  const closing = new AbortController();
  const leading = new Map<number, Leading>();
  const silences: Silences = new Map();

  const lead = (apply: StoredApply): Leading => {
    const known = leading.get(apply.id);
    if (known !== undefined) return known;
    const asked = new AbortController();
    const reins = { asked: asked.signal, closing: closing.signal };
    const done = leadApply(options, apply, reins, silences).finally(() => {
      leading.delete(apply.id);
      silences.delete(apply.id);
    });
    done.catch(options.onFault);
    const one = { asked, done };
    leading.set(apply.id, one);
    return one;
  };

  return {
    list: (page: { limit: number; beforeId: number | null }) =>
      listApplies(database, { ...page, limit: Math.min(page.limit, MAXIMUM_PAGE) }),
    get: async (id: number): Promise<StoredApply | Refusal> =>
      (await findApply(database, id)) ?? unknown(id),
    states: (id: number) => statesOf(database, id),
    /** Null: it goes on, or nobody leads it any more. */
    unheard: (id: number): Unheard | null => silences.get(id)?.last ?? null,
    /** Begins; what comes of it is told on the channel, and by `ended`. */
    start: async (changeId: number, actor: Actor, wishes: StartWishes) => {
      const apply = await startApply(options, changeId, actor, wishes);
      if (!("kind" in apply)) lead(apply);
      return apply;
    },
    /** When all is done behind the end. Null: the server ends first. */
    ended: async (id: number): Promise<StoredApply | Refusal | null> => {
      const found = await findApply(database, id);
      if (found === null) return unknown(id);
      return found.aftermath === null ? lead(found).done : found;
    },
    rollback: async (id: number, actor: Actor): Promise<StoredApply | Refusal> => {
      const found = await findApply(database, id);
      return found === null ? unknown(id) : rollBack(options, found, leading, actor);
    },
    /** Null: none is under way there. */
    underWay: (device: string): Promise<number | null> => openApplyOf(database, device),
    /** Ends what a stuck apply has left on a device, once what runs there was approved since. */
    endStuck: (device: string) => endStuck(options, device),
    /** Takes up what a server before has left; called once, before anything is started. */
    resume: async (): Promise<readonly StoredApply[]> => {
      const open = await openApplyList(database);
      for (const apply of open) lead(apply);
      return open;
    },
    /** Waits for those that can go on; a device that cannot be reached is left to its dead-man. */
    close: async (): Promise<void> => {
      closing.abort();
      await Promise.allSettled([...leading.values()].map(({ done }) => done));
    },
  };
}

/**
 * PostgreSQL's codes for what two applies on one device come to: a row that a unique index has already, and, where
 * the other one is just ending, each waiting for the other (the trail's lock, and that row).
 */
const TAKEN: ReadonlySet<string | null> = new Set(["23505", "40P01"]);

async function startApply(
  options: ApplyOptions,
  changeId: number,
  actor: Actor,
  wishes: StartWishes,
): Promise<StoredApply | Refusal> {
  const order = await orderOf(options, changeId, actor, wishes);
  if ("kind" in order) return order;
  const { database, changes, trail } = options;
  const { device, answer, ...rest } = order;
  try {
    return await database.transaction().execute(async (transaction) => {
      const begun = await changes.beginApply(transaction, changeId, actor, answer);
      if ("reason" in begun) return begun;
      const apply = await insertApply(transaction, {
        ...rest,
        device,
        isAlone: begun.change.isFourEyes === false,
      });
      const { contentHash, startedMs, overridden, plan } = apply.order;
      const known = { device, change: changeId, contentHash, overridden, losses: plan.losses };
      const { isFourEyes } = begun.change;
      const details = { ...known, isFourEyes, insist: wishes.insist };
      const event = { atMs: startedMs, actor: actor.login, subject: `apply/${apply.id}`, details };
      await trail.append({ kind: "apply.planned", ...event }, transaction);
      return apply;
    });
  } catch (error) {
    if (TAKEN.has(codeOf(error))) return busy(device);
    throw error;
  }
}

/** With the proof of this moment. */
type Order = ApplyOrder & { readonly answer: ProofAnswer };

/** Everything that has to be known before a device is touched. */
async function orderOf(
  options: ApplyOptions,
  changeId: number,
  actor: Actor,
  wishes: StartWishes,
): Promise<Order | Refusal> {
  const { changes, devices, probes, clock, database, prove = proveHere } = options;
  const found = await changes.get(changeId);
  if ("reason" in found) return found;
  const { change } = found;
  const device = devices.network().devices.get(change.device);
  if (device === undefined) return refuse(`there is no device \`${change.device}\` any more`, "");
  const braked =
    windowProblem(wishes) ??
    (await options.taken(change.device)) ??
    (await brakeOf(options, change, wishes));
  if (braked !== null) return braked;
  const transport = devices.transportOf(change.device);
  /* What was shown may be so no more: it is proved again, on the state that the plan is made for. */
  const proved = await proveOnDevice(devices, change.device, change.files, prove);
  if ("reason" in proved) return proved;
  const { answer, snapshot } = proved;
  /* Nothing is written to a device before the change may be applied. */
  const proof = toProof(answer);
  const rules = approvalRulesOf(devices.network());
  const gate = beginApply(change, actor, proof, { nowMs: clock(), rules });
  if (isRefusal(gate)) return gate;
  const excused = granted(gate, clock());
  const part = await installPart(
    transport,
    options.deviceFolder(change.device),
    options.devicePart,
  );
  if ("message" in part) return refuse(part.message, part.help);
  const { files } = change;
  const { windowS } = wishes;
  const planned = await planApply({
    id: await takeNumber(database, change.device, clock()),
    device,
    snapshot,
    files,
    windowS,
    transport,
    part,
  });
  if (planned.kind === "refusal") return planned;
  const textOf = (path: string) => partOf(snapshot, path);
  return {
    changeId,
    device: change.device,
    contentHash: change.contentHash,
    networkHash: answer.networkHash,
    by: actor.login,
    startedMs: clock(),
    plan: planned.plan,
    green: await probes.green(change.device),
    overridden: [...excused.intents, ...proof.broken],
    undecided: [...excused.undecided, ...proof.undecided],
    wasBaseline: await isBaseline(devices, device, answer.runningHash),
    foreignHash: foreignHashOf(device, snapshot),
    brokenBefore: answer.brokenBefore.map(({ id }) => id),
    files: [...files],
    filesBefore: [...files.keys()].map((path) => [path, textOf(path)] as const),
    answer,
  };
}

async function isBaseline(
  devices: ApplyOptions["devices"],
  device: NetworkDevice,
  runningHash: string,
): Promise<boolean> {
  const baseline = await devices.baselineSnapshot(device.name);
  return baseline !== null && runningHashOf(device, baseline) === runningHash;
}

async function brakeOf(
  { database, clock }: ApplyOptions,
  { device, contentHash }: Change,
  { insist }: StartWishes,
): Promise<Refusal | null> {
  if (insist !== null && insist.trim() !== "") return null;
  const rollbacks = await countRollbacks(database, device, contentHash, clock() - HOUR_MS);
  return brake(device, rollbacks);
}

function windowProblem({ windowS }: StartWishes): Refusal | null {
  return windowS >= LEAST_WINDOW_S && windowS <= MOST_WINDOW_S
    ? null
    : refuse(
        `a window of ${windowS} s is none`,
        `take ${LEAST_WINDOW_S} to ${MOST_WINDOW_S} seconds`,
      );
}

async function rollBack(
  { trail, clock }: ApplyOptions,
  found: StoredApply,
  leading: ReadonlyMap<number, Leading>,
  actor: Actor,
): Promise<StoredApply | Refusal> {
  const { id } = found;
  if (!mayOperate(actor))
    return refuse(`\`${actor.login}\` may not take it back`, "ask an operator");
  const one = leading.get(id);
  const end = endOf(found);
  if (end !== null || one === undefined)
    return refuse(
      `apply ${id} is over`,
      "propose the files as they were before; the device keeps them beside its record",
    );
  await trail.append({
    atMs: clock(),
    actor: actor.login,
    kind: "apply.rollbackAsked",
    subject: `apply/${id}`,
    details: { device: found.order.device },
  });
  one.asked.abort();
  return found;
}

function busy(device: string): Refusal {
  return refuse(
    `another change is being applied to ${device}`,
    "wait until it is over: `premortem changes`",
  );
}

function unknown(id: number): Refusal {
  return refuseUnknown(`there is no apply ${id}`, "list them: `premortem changes`");
}
