import { setImmediate } from "node:timers/promises";
import { type ListedTable, readListing } from "../apply/listing.ts";
import { listingText } from "../apply/script.ts";
import type { Network } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import {
  changedParts,
  partOf,
  RULESET_PARTS,
  type Snapshot,
  withPart,
} from "../inventory/snapshot.ts";
import { askSymptom } from "./asked.ts";
import { type Edit, editsOf, withEdits } from "./edits.ts";
import type { ObservedDifference, Symptom } from "./model.ts";
import type { Proofs } from "./proofs.ts";
import { verdictTie } from "./ties.ts";

/** Rules of one difference that are asked one by one; each costs a compilation. More are halved first. */
export const MAXIMUM_EDITS = 16;
/** Rules that are named: a load may have hundreds of which each does it alone. */
const MAXIMUM_NAMED = 8;

/**
 * Which rules of a difference break it by themselves, where several came at once: a harmless one that came
 * with the fatal one is not to blame. Empty: no rule does it alone, or they cannot be told apart.
 */
export async function decisiveRules(
  network: Network,
  difference: ObservedDifference,
  [before, after]: readonly [Snapshot, Snapshot],
  symptoms: readonly Symptom[],
  proofs: Proofs,
): Promise<readonly string[]> {
  if (changedParts(before, after).some(isElsewhere)) return [];
  const first = readListing(partOf(before, "nft") ?? "");
  const second = readListing(partOf(after, "nft") ?? "");
  const edits = first === null || second === null ? null : editsOf(first, second);
  if (first === null || edits === null) return [];
  if (edits.length === 1) return edits.map(({ text }) => text);
  const trial = { network, difference, before, listing: first, symptoms, proofs };
  const found = await breakingAmong(trial, edits);
  return found.slice(0, MAXIMUM_NAMED).map(({ text }) => text);
}

/** Rules and sets that nft's listing does not have: what is there may be to blame as well. */
function isElsewhere(part: string): boolean {
  return part !== "nft" && RULESET_PARTS.includes(part);
}

interface Trial {
  readonly network: Network;
  readonly difference: ObservedDifference;
  readonly before: Snapshot;
  readonly listing: readonly ListedTable[];
  readonly symptoms: readonly Symptom[];
  readonly proofs: Proofs;
}

/** One by one where they are few; else in halves, of which only those that break it are looked at further. */
async function breakingAmong(trial: Trial, edits: readonly Edit[]): Promise<readonly Edit[]> {
  const half = Math.ceil(edits.length / 2);
  const groups =
    edits.length > MAXIMUM_EDITS
      ? [edits.slice(0, half), edits.slice(half)]
      : edits.map((edit) => [edit]);
  const found: Edit[] = [];
  for (const group of groups) {
    if (found.length >= MAXIMUM_NAMED || !(await breaks(trial, group))) continue;
    found.push(...(group.length === 1 ? group : await breakingAmong(trial, group)));
  }
  return found;
}

/** Whether these edits alone break anything that hurts: an intent is asked itself, which may want it blocked. */
async function breaks(
  { network, difference, before, listing, symptoms, proofs }: Trial,
  edits: readonly Edit[],
): Promise<boolean> {
  /* Others, an apply among them, have their turn in between. */
  await setImmediate();
  const text = listingText(withEdits(listing, edits));
  const alone = { ...difference, after: runningDevice(withPart(before, "nft", text)).device };
  return symptoms
    .flatMap((symptom) => askSymptom(network, difference.device, symptom))
    .some(
      (asked) =>
        asked.kind === "asked" && verdictTie(network, alone, asked, proofs) === "explained",
    );
}
