import { readListing } from "../apply/listing.ts";
import { listingText } from "../apply/script.ts";
import type { Network } from "../inventory/model.ts";
import { partOf, type Snapshot, withPart } from "../inventory/snapshot.ts";
import { findCause, proveFlows } from "./cause.ts";
import { type Edit, editsOf } from "./edits.ts";
import type { ObservedDifference, Symptom } from "./model.ts";
import type { Proofs } from "./proofs.ts";

/** Rules of one difference that are asked one by one; each costs a compilation. */
export const MAXIMUM_EDITS = 16;

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
  const first = readListing(partOf(before, "nft") ?? "");
  const second = readListing(partOf(after, "nft") ?? "");
  const edits = first === null || second === null ? null : editsOf(first, second);
  if (edits === null || edits.length > MAXIMUM_EDITS) return [];
  if (edits.length === 1) return edits.map(({ text }) => text);
  /* Judged by their flows, since what is proved of intents was proved of all the edits together. */
  const felt = symptoms.map((symptom) => ({ ...symptom, intent: null }));
  const alone = edits.map((edit, place) => withOnly(difference, before, edit, place, proofs));
  await proveFlows(network, alone, felt, proofs);
  const { candidates } = findCause(network, alone, felt, [], proofs);
  const breaking = new Set(
    candidates.filter(({ explained }) => explained.length > 0).map((one) => one.difference.id),
  );
  return edits.filter((_, place) => breaking.has(String(place))).map(({ text }) => text);
}

function withOnly(
  difference: ObservedDifference,
  before: Snapshot,
  { alone }: Edit,
  place: number,
  proofs: Proofs,
): ObservedDifference {
  const { device: after } = proofs.read(withPart(before, "nft", listingText(alone)));
  return { ...difference, id: String(place), after };
}
