import type { CheckedIntent } from "../../engine/answer/check.ts";
import { isKept } from "../../engine/intents/model.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import { checkDevice } from "../inventory/checkDevice.ts";
import type { Network } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import type { Inventory } from "../inventory/service.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import type { Baseline } from "../inventory/store.ts";
import type { Trail } from "../trail/service.ts";
import { type AdoptionAsk, findAsk, removeAsk, saveAsk } from "./adoptionStore.ts";
import { approvalRulesOf } from "./approvalRules.ts";

/** Hours for which somebody may still agree to what was asked. */
const ASK_HOURS = 24;
const HOUR_MS = 3_600_000;

export interface AdoptionOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly devices: Pick<Inventory, "network" | "adopt" | "baselineSnapshot" | "snapshotOf">;
}

/**
 * Who may say what a device is to run. What keeps all that the baseline keeps, one operator adopts, and the first
 * baseline too: there is nothing to lose. What loses a promise needs a second person, since a revert goes there
 * without any.
 */
export function openAdoptions(options: AdoptionOptions) {
  const { database, clock, devices } = options;
  const liveAsk = (device: string) => findAsk(database, device, clock() - ASK_HOURS * HOUR_MS);
  return {
    /** What somebody asks for, and nobody has agreed to; null: nothing. */
    asked: liveAsk,
    adopt: async (device: string, hash: string, actor: Actor): Promise<Baseline | Refusal> => {
      const against = await comparison(devices, device, hash);
      if (against === null || against.lost.length === 0) return devices.adopt(device, hash, actor);
      const { login } = actor;
      await ask(options, { device, hash, login, atMs: clock(), ...against });
      return refuse(
        `it loses what the baseline of \`${device}\` keeps: ${against.lost.join(", ")}`,
        helpTo(devices.network(), device, login),
      );
    },
    /** `hash` is what the second person looked at. */
    agree: async (device: string, hash: string, actor: Actor): Promise<Baseline | Refusal> => {
      const found = await liveAsk(device);
      if (found === null || found.hash !== hash)
        return refuse(
          `nobody asks to adopt this state of \`${device}\``,
          `let somebody ask: \`premortem init ${device}\``,
        );
      const doubt = whyNotAgreed(found, await comparison(devices, device, hash), actor);
      if (doubt !== null) return doubt;
      await agreed(options, found, actor);
      return devices.adopt(device, hash, actor);
    },
  };
}

/** Alone nobody agrees: what a promise is worth is not for one head to say against the proof. */
function helpTo(network: Network, device: string, login: string): string {
  const others = approvalRulesOf(network).approvers.filter((one) => one !== login);
  return others.length === 0
    ? "nobody else may agree: let the network file promise less first, which stands on the trail, or name an approver there"
    : `an approver other than \`${login}\` has to agree: \`premortem init ${device} --agree\``;
}

/** Null: the device has no baseline, or the snapshot is not there. */
async function comparison(
  devices: AdoptionOptions["devices"],
  device: string,
  hash: string,
): Promise<Pick<AdoptionAsk, "baseline" | "lost"> | null> {
  const network = devices.network();
  if (!network.devices.has(device)) return null;
  const [before, after] = await Promise.all([
    devices.baselineSnapshot(device),
    devices.snapshotOf(hash, device),
  ]);
  if (before === null || after === null) return null;
  return { baseline: before.hash, lost: lostIntents(network, before, after) };
}

/** Said in the place of an intent, where what was not read may break any of them. */
const NOT_READ = "that all of it could be read";

/** Intents that hold before, and not after, or less far: what is undecided is not kept. */
export function lostIntents(
  network: Network,
  before: Snapshot,
  after: Snapshot,
): readonly string[] {
  const [first, second] = [runningDevice(before), runningDevice(after)];
  const keeps = ({ device }: typeof first) =>
    checkDevice(network, before.device, device).intents.filter(({ status }) => isKept(status));
  const kept = keeps(second);
  /* One that held in any state, and holds up to a rate now, has lost something. */
  const isStillKept = (one: CheckedIntent) =>
    kept.some(({ id, status }) => id === one.id && [one.status, "holds"].includes(status));
  const isWhole = ({ refused, coverage }: typeof first) =>
    refused.length === 0 && coverage.notUnderstood === 0;
  const lost = keeps(first).flatMap((one) => (isStillKept(one) ? [] : [one.id]));
  return isWhole(first) && !isWhole(second) ? [...lost, NOT_READ] : lost;
}

function whyNotAgreed(
  found: AdoptionAsk,
  now: Pick<AdoptionAsk, "baseline" | "lost"> | null,
  { login, roles }: Actor,
): Refusal | null {
  if (!roles.includes("approver"))
    return refuse(`\`${login}\` is no approver`, "ask somebody with the role approver");
  if (login === found.login)
    return refuse(`\`${login}\` asked for it`, "a second person has to agree");
  const isSame = now?.baseline === found.baseline && now.lost.join() === found.lost.join();
  return isSame
    ? null
    : refuse(
        "the baseline or the network file changed since it was asked for",
        `let somebody look and ask again: \`premortem init ${found.device}\``,
      );
}

async function ask({ database, trail }: AdoptionOptions, one: AdoptionAsk): Promise<void> {
  const { device, hash, login, atMs, lost } = one;
  await database.transaction().execute(async (transaction) => {
    await saveAsk(transaction, one);
    const event = { atMs, actor: login, subject: `device/${device}` };
    await trail.append(
      { kind: "baseline.asked", ...event, details: { snapshot: hash, lost } },
      transaction,
    );
  });
}

async function agreed(
  { database, trail, clock }: AdoptionOptions,
  { device, hash, login: asked, lost }: AdoptionAsk,
  { login }: Actor,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await removeAsk(transaction, device);
    const event = { atMs: clock(), actor: login, subject: `device/${device}` };
    const details = { snapshot: hash, asked, lost };
    await trail.append({ kind: "baseline.agreed", ...event, details }, transaction);
  });
}
