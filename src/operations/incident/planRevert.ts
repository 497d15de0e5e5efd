import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { type ListedTable, readListing, readSet, withoutLiveElements } from "../apply/listing.ts";
import { liveSets } from "../apply/liveSets.ts";
import { ownListing } from "../apply/plan.ts";
import type { ApplyPlan } from "../apply/run.ts";
import { listingText, transitionScript } from "../apply/script.ts";
import { DEFAULT_WINDOW_S } from "../apply/window.ts";
import { ownTables } from "../change/ownTables.ts";
import { runningHashOf } from "../change/runningHash.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { pull } from "../inventory/pull.ts";
import { partOf, type Snapshot, withPart } from "../inventory/snapshot.ts";
import { type PlannedUndo, planUndo } from "./takeBack.ts";

export interface ToRevert {
  readonly network: Network;
  readonly device: NetworkDevice;
  readonly transport: Transport;
  /** Null: nobody has adopted one. */
  readonly baseline: Snapshot | null;
  /** What a person has looked at, by its hash; null: it is not on record. */
  readonly looked: Snapshot | null;
  readonly hash: string;
}

export interface PlannedRevert extends PlannedUndo {
  /** Hash of the baseline. */
  readonly baseline: string;
  /** The own tables as they run. */
  readonly base: readonly ListedTable[];
  readonly leftAlone: readonly string[];
}

/** For exactly the state that a person has looked at, and in premortem's own tables. */
export async function planRevert(question: ToRevert): Promise<PlannedRevert | Refusal> {
  const { network, device, transport, baseline: before, looked: after, hash } = question;
  const { name } = device;
  if (before === null)
    return refuse(`\`${name}\` has no baseline`, `adopt one: \`premortem init ${name}\``);
  const look = `look at what runs: \`premortem pull ${name}\``;
  if (after === null) return refuseUnknown(`no snapshot of \`${name}\` has the hash ${hash}`, look);
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
    network,
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

/** From what runs to what shall run, in the own tables alone. */
export function loadPlan(
  id: number,
  { base, undo }: Pick<PlannedRevert, "base" | "undo">,
  owned: readonly string[],
): ApplyPlan {
  const wanted = undo.wanted.filter(({ key }) => owned.includes(key));
  const keys = new Set([...base, ...wanted].map(({ key }) => key));
  return {
    id,
    tables: [...keys],
    base: listingText(base),
    candidate: listingText(withoutLiveElements(wanted)),
    load: transitionScript(base, wanted),
    restore: transitionScript(wanted, base),
    live: liveSets(base, wanted),
    losses: [],
    windowS: DEFAULT_WINDOW_S,
  };
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
