import type { ProofAnswer } from "../../engine/answer/proof.ts";
import type { Channel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network } from "../inventory/model.ts";
import type { TrailEvent } from "../trail/model.ts";
import type { Trail } from "../trail/service.ts";
import { askAlone } from "./alone.ts";
import { approve } from "./approval.ts";
import { approvalRulesOf } from "./approvalRules.ts";
import type { Actor, Approval, Change, Override, Proof, Refusal, SourceFiles } from "./model.ts";
import { type Devices, noDevice, proveOnDevice } from "./onDevice.ts";
import { askOverride, grantOverride } from "./override.ts";
import { isRefusal, type Result } from "./permission.ts";
import { toProof } from "./prove.ts";
import { type Prover, proveHere } from "./prover.ts";
import {
  applyingChanges,
  findChange,
  findProof,
  insertChange,
  listChanges,
  type StoredProof,
  saveProof,
  updateChange,
  waitingChanges,
} from "./store.ts";
import * as transition from "./transition.ts";
import { type ChangeView, type ListedView, viewOf } from "./view.ts";

/** Something that happened to a change. */
export interface ChangeEvent {
  /** `change.proposed`, `change.approved` …. */
  readonly kind: string;
  readonly changeId: number;
  readonly device: string;
  readonly by: string;
  /** Approved by whoever wrote it: not four eyes. */
  readonly isAlone: boolean;
}

export interface ChangeOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly devices: Devices;
  readonly events: Channel<ChangeEvent>;
  /** Default: here, while nothing else goes on. */
  readonly prove?: Prover;
}

export type ChangeService = ReturnType<typeof openChanges>;

/** Changes that one page of a list has at most. */
export const MAXIMUM_PAGE = 100;
/** Characters that the files of one change may have together. */
export const MAXIMUM_CHARACTERS = 8_000_000;

/** The life of changes up to their apply. */
export function openChanges(options: ChangeOptions) {
  const { database, clock } = options;
  const alter = (id: number, actor: Actor, deed: Deed) => alterChange(options, id, actor, deed);
  const rules = () => approvalRulesOf(options.devices.network());
  const at = () => ({ atMs: clock(), rules: rules() });
  return {
    /** Newest first. */
    list: async (page: { limit: number; beforeId: number | null }) => {
      const limit = Math.min(page.limit, MAXIMUM_PAGE);
      const found = await listChanges(database, { ...page, limit });
      return found.map((one) => viewOf(one, clock(), rules()));
    },
    /** Those that wait for somebody, newest first. */
    waiting: async (limit: number): Promise<readonly ListedView[]> =>
      (await waitingChanges(database, limit)).map((one) => viewOf(one, clock(), rules())),
    get: async (id: number): Promise<ChangeView | Refusal> => {
      const found = await findChange(database, id);
      return found === null ? unknown(id) : viewOf(found, clock(), rules());
    },
    /** The newest proof of what it is now. */
    proof: async (id: number): Promise<StoredProof | Refusal> => {
      const found = await findChange(database, id);
      if (found === null) return unknown(id);
      const { contentHash } = found.change;
      return (await findProof(database, id, contentHash)) ?? notProved(id);
    },
    propose: (device: string, files: SourceFiles, actor: Actor) =>
      proposeChange(options, device, files, actor),
    /** `seenHash`: of the content that was edited; null: whatever it is now. */
    edit: (id: number, files: SourceFiles, actor: Actor, seenHash: string | null = null) =>
      tooLarge(files) ??
      alter(id, actor, {
        kind: "change.edited",
        make: (change) => transition.edit(change, files, actor, seenHash),
      }),
    prove: (id: number, actor: Actor) => proveStored(options, id, actor),
    /** `shownHash` names what the approver looked at. */
    approve: (id: number, actor: Actor, shownHash: string) =>
      alter(id, actor, {
        kind: "change.approved",
        details: { shownHash },
        told: ({ approvals }) => approvalDetails(approvals.at(-1)),
        make: (change) => approve(change, actor, shownHash, at()),
      }),
    /** Begins the pause of somebody who is alone; `shownHash` names what they looked at. */
    askAlone: (id: number, actor: Actor, ask: { loss: string; shownHash: string }) =>
      alter(id, actor, {
        kind: "change.aloneAsked",
        details: { shownHash: ask.shownHash, isFourEyes: false },
        told: ({ alone }) => (alone === null ? {} : { loss: alone.loss, untilMs: alone.untilMs }),
        make: (change) => askAlone(change, actor, ask, at()),
      }),
    askOverride: (id: number, actor: Actor, ask: { reason: string; untilMs: number }) =>
      alter(id, actor, {
        kind: "change.overrideAsked",
        details: ask,
        make: (change) => askOverride(change, actor, ask, { nowMs: clock(), rules: rules() }),
      }),
    /** `overrideHash` names what the granter looked at. */
    grantOverride: (id: number, actor: Actor, overrideHash: string) =>
      alter(id, actor, {
        kind: "change.overrideGranted",
        details: { overrideHash },
        told: ({ override }) => grantDetails(override),
        make: (change) => grantOverride(change, actor, overrideHash, clock()),
      }),
    withdraw: (id: number, actor: Actor) =>
      alter(id, actor, {
        kind: "change.withdrawn",
        make: (change) => transition.withdraw(change, actor),
      }),
    /** Hands it to apply, within apply's own transaction, on what was proved just now. */
    beginApply: async (transaction: Database, id: number, actor: Actor, answer: ProofAnswer) => {
      const proof = toProof(answer);
      const begun = await alterWithin(options, transaction, id, actor, {
        kind: "change.applying",
        details: detailsOf(proof),
        told: ({ isFourEyes }) => ({ isFourEyes }),
        make: (change) =>
          transition.beginApply(change, actor, proof, { nowMs: clock(), rules: rules() }),
      });
      if ("change" in begun) await saveProof(transaction, id, answer, clock());
      return begun;
    },
    endApply: (transaction: Database, id: number, end: EndKind) =>
      alterWithin(options, transaction, id, PREMORTEM, {
        kind: "change.ended",
        details: { end },
        make: (change) => transition.endApply(change, end),
      }),
    /** Numbers of those that apply has. */
    applying: (device: string) => applyingChanges(database, device),
    /** Ends what a stuck apply left, in the name of who approved what was found to run since. */
    endStuck: (id: number, login: string, details: TrailEvent["details"]) =>
      alter(id, { login, roles: [] }, { kind: "change.ended", details, make: transition.endStuck }),
  };
}

type EndKind = Parameters<typeof transition.endApply>[1];

/** Who acts where no person does. */
const PREMORTEM: Actor = { login: "premortem", roles: [] };

interface Deed {
  readonly kind: string;
  readonly details?: TrailEvent["details"];
  /** What the trail says besides, of the change as it is then. */
  readonly told?: (change: Change) => TrailEvent["details"];
  readonly make: (change: Change) => Result;
}

async function alterChange(
  options: ChangeOptions,
  id: number,
  actor: Actor,
  deed: Deed,
): Promise<ChangeView | Refusal> {
  const result = await options.database
    .transaction()
    .execute((transaction) => alterWithin(options, transaction, id, actor, deed));
  if ("change" in result) publish(options, deed.kind, result.change, actor);
  return result;
}

/** One at a time for each change, and in the trail or not at all. */
async function alterWithin(
  { trail, clock, devices }: ChangeOptions,
  transaction: Database,
  id: number,
  { login }: Actor,
  { kind, details = {}, told, make }: Deed,
): Promise<ChangeView | Refusal> {
  const found = await findChange(transaction, id, true);
  if (found === null) return unknown(id);
  const change = make(found.change);
  if (isRefusal(change)) return change;
  const rules = approvalRulesOf(devices.network());
  if (change === found.change) return viewOf(found, clock(), rules);
  const nowMs = clock();
  await updateChange(transaction, { ...found, change }, nowMs);
  const known = {
    device: change.device,
    contentHash: change.contentHash,
    ...details,
    ...told?.(change),
  };
  const event = { atMs: nowMs, actor: login, kind, subject: `change/${id}`, details: known };
  await trail.append(event, transaction);
  return viewOf({ ...found, change, version: found.version + 1, updatedMs: nowMs }, nowMs, rules);
}

async function proposeChange(
  options: ChangeOptions,
  device: string,
  files: SourceFiles,
  actor: Actor,
): Promise<ChangeView | Refusal> {
  const { database, clock, trail, devices } = options;
  const refused = tooLarge(files) ?? unknownDevice(devices.network(), device);
  if (refused !== null) return refused;
  const draft = transition.draft(0, device, files, actor);
  const proposed = isRefusal(draft) ? draft : transition.propose(draft, actor);
  if (isRefusal(proposed)) return proposed;
  const stored = await database.transaction().execute(async (transaction) => {
    const made = await insertChange(transaction, proposed, clock());
    const details = { device, contentHash: proposed.contentHash, files: [...files.keys()] };
    const subject = `change/${made.change.id}`;
    const event = { atMs: made.createdMs, actor: actor.login, subject, details };
    await trail.append({ kind: "change.proposed", ...event }, transaction);
    return made;
  });
  publish(options, "change.proposed", stored.change, actor);
  return viewOf(stored, clock(), approvalRulesOf(devices.network()));
}

/** Reads the device, and says what the change would do there now. */
async function proveStored(
  options: ChangeOptions,
  id: number,
  actor: Actor,
): Promise<StoredProof | Refusal> {
  const { database, clock, devices, prove = proveHere } = options;
  const found = await findChange(database, id);
  if (found === null) return unknown(id);
  const { device, files } = found.change;
  const proved = await proveOnDevice(devices, device, files, prove);
  if ("reason" in proved) return proved;
  const { answer } = proved;
  const proof = toProof(answer);
  const atMs = clock();
  const altered = await database.transaction().execute(async (transaction) => {
    const result = await alterWithin(options, transaction, id, actor, {
      kind: "change.proved",
      details: detailsOf(proof),
      make: (change) => transition.prove(change, proof),
    });
    if ("change" in result) await saveProof(transaction, id, answer, atMs);
    return result;
  });
  if ("reason" in altered) return altered;
  publish(options, "change.proved", altered.change, actor);
  return { answer, atMs };
}

function detailsOf({ runningHash, networkHash, loads, isComplete, ...rest }: Proof) {
  const broken = [...rest.brokenCritical, ...rest.broken];
  const undecided = [...rest.undecidedCritical, ...rest.undecided];
  return { runningHash, networkHash, loads, isComplete, broken, undecided };
}

function approvalDetails(approval: Approval | undefined): TrailEvent["details"] {
  const alone = approval?.alone ?? null;
  return alone === null ? { isFourEyes: true } : { isFourEyes: false, loss: alone.loss };
}

function grantDetails(override: Override | null): TrailEvent["details"] {
  if (override === null) return {};
  const { by, reason, intents, undecided, untilMs } = override;
  return { asked: by, reason, intents, undecided, untilMs };
}

function publish(
  { events }: ChangeOptions,
  kind: string,
  { id, device, approvals }: Change,
  { login }: Actor,
): void {
  const isAlone = kind === "change.approved" && approvals.at(-1)?.alone !== null;
  events.publish({ kind, changeId: id, device, by: login, isAlone });
}

function tooLarge(files: SourceFiles): Refusal | null {
  const characters = [...files].reduce((sum, [path, text]) => sum + path.length + text.length, 0);
  if (files.size === 0) return refuse("a change needs a file", "name the files that are edited");
  return characters <= MAXIMUM_CHARACTERS
    ? null
    : refuse(`the files have more than ${MAXIMUM_CHARACTERS} characters`, "split the change");
}

function unknownDevice(network: Network, device: string): Refusal | null {
  return network.devices.has(device) ? null : noDevice(network, device);
}

function unknown(id: number): Refusal {
  return refuseUnknown(`there is no change ${id}`, "list them: `premortem changes`");
}

function notProved(id: number): Refusal {
  return refuseUnknown(`change ${id} is not proved yet`, `prove it: \`premortem prove ${id}\``);
}
