import type { Actor } from "../../platform/auth/actor.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { type ListedTable, readListing, readSet } from "../apply/listing.ts";
import { ownListing } from "../apply/plan.ts";
import { listingText } from "../apply/script.ts";
import { ownTables } from "../change/ownTables.ts";
import { runningHashOf } from "../change/runningHash.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { pull } from "../inventory/pull.ts";
import { partOf, type Snapshot, withPart } from "../inventory/snapshot.ts";
import type { TrailEvent } from "../trail/model.ts";
import { type Arms, loadArmed } from "./armedRevert.ts";
import { type Attribute, type PlannedUndo, planUndo, refuseWhileApplying } from "./takeBack.ts";

export interface RevertOptions extends Arms {
  readonly network: () => Network;
  readonly transportOf: (device: string) => Transport;
  readonly baselineOf: (device: string) => Promise<Snapshot | null>;
  readonly snapshotOf: (hash: string, device: string) => Promise<Snapshot | null>;
  /** The apply that is under way there, whose read-back has to be its own; null: none. */
  readonly applying: (device: string) => Promise<number | null>;
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
  /** Tables of others that differ from the baseline, and stay as they are. */
  readonly leftAlone: readonly string[];
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
    if (underWay.has(name))
      return refuse(`something is being loaded onto \`${name}\``, "wait until it is over");
    underWay.add(name);
    try {
      const apply = await options.applying(name);
      if (apply !== null) return refuseWhileApplying(apply, name);
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
  const { undo, baseline, base, leftAlone, repairs, stillBroken, undecided } = planned;
  const { removed, restored } = undo;
  const record = (kind: string, details: TrailEvent["details"]) =>
    options.record({
      atMs: options.clock(),
      actor: login,
      kind,
      subject: `device/${name}`,
      details: { from: hash, to: baseline, ...details },
    });
  await record("drift.reverting", { removed, restored });
  const owned = ownTables(device);
  const end = options.attribute(name, { kind: "revert", login });
  const loaded = await loadArmed(options, {
    network: options.network(),
    device,
    transport: options.transportOf(name),
    base,
    wanted: undo.wanted.filter(({ key }) => owned.includes(key)),
    broken: stillBroken,
    undecided,
  }).finally(end);
  if (loaded !== "done") {
    await record("drift.notReverted", { reason: loaded.reason });
    return loaded;
  }
  await record("drift.reverted", { removed, restored, leftAlone });
  const told = { removed, restored, repairs, stillBroken, leftAlone };
  return { kind: "reverted", device: name, baseline, ...told };
}

interface PlannedRevert extends PlannedUndo {
  /** Hash of the baseline. */
  readonly baseline: string;
  /** The own tables as they run. */
  readonly base: readonly ListedTable[];
  readonly leftAlone: readonly string[];
}

/** For exactly the state that a person has looked at, and in premortem's own tables. */
async function plan(
  { network, transportOf, baselineOf, snapshotOf }: RevertOptions,
  device: NetworkDevice,
  hash: string,
): Promise<PlannedRevert | Refusal> {
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
  const owned = ownTables(device);
  if (owned.length === 0)
    return refuse(
      `premortem owns no table of \`${name}\``,
      "name those that it may change under `managed-by`",
    );
  const was = ownListing(before, owned);
  if ("kind" in was) return was;
  const became = ownListing(after, owned);
  if ("kind" in became) return became;
  const base = ownListing(pulled.snapshot, owned);
  if ("kind" in base) return base;
  const leftAlone = differingTables(before, after).filter((key) => !owned.includes(key));
  const planned = await planUndo({
    network: network(),
    device,
    transport,
    before: withPart(before, "nft", listingText(was)),
    after: withPart(after, "nft", listingText(became)),
    isProtected: () => false,
  });
  if (planned.kind !== "refusal") return { ...planned, baseline: before.hash, base, leftAlone };
  const isOthers = leftAlone.length > 0 && listingText(was) === listingText(became);
  return isOthers
    ? refuse(`it differs in ${leftAlone.join(", ")} alone, not premortem's`, BY_OWNER)
    : planned;
}

const BY_OWNER = "change it there, or adopt what runs: `premortem init`";

/** Tables of nft that are not the same; what is in sets moves all day, and is no difference. */
function differingTables(before: Snapshot, after: Snapshot): readonly string[] {
  const [first, second] = [before, after].map(
    (one) =>
      new Map(
        (readListing(partOf(one, "nft") ?? "") ?? []).map((table) => [table.key, bare(table)]),
      ),
  );
  const keys = new Set([...(first?.keys() ?? []), ...(second?.keys() ?? [])]);
  return [...keys].filter((key) => first?.get(key) !== second?.get(key));
}

function bare(table: ListedTable): string {
  const blocks = table.blocks.map((block) =>
    block.kind === "set" || block.kind === "map"
      ? { ...block, lines: readSet(block).definition }
      : block,
  );
  return listingText([{ ...table, blocks }]);
}
