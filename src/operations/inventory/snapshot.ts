import { createHash } from "node:crypto";
import { ofXtables } from "./xtablesText.ts";

/** One thing that was read from a device: what a command printed, or a file. */
export interface SnapshotPart {
  /** `nft`, `iptables-nft`, `ipset`, `routes` …, or the path of a file. */
  readonly name: string;
  /** Null: it is not there. */
  readonly text: string | null;
}

/** A device at one moment. Its hash names its content: the same content has the same hash. */
export interface Snapshot {
  readonly device: string;
  readonly parts: readonly SnapshotPart[];
  readonly hash: string;
}

export function makeSnapshot(device: string, parts: readonly SnapshotPart[]): Snapshot {
  const sorted = [...parts].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const hash = createHash("sha256");
  for (const { name, text } of sorted) hash.update(JSON.stringify([name, text]));
  return { device, parts: sorted, hash: hash.digest("hex") };
}

/** Null: it was not there. */
export function partOf({ parts }: Snapshot, name: string): string | null {
  return parts.find((part) => part.name === name)?.text ?? null;
}

/** The same device with another text in the place of one part. */
export function withPart({ device, parts }: Snapshot, name: string, text: string): Snapshot {
  return makeSnapshot(
    device,
    parts.map((part) => (part.name === name ? { name, text } : part)),
  );
}

/** Parts that make up the running ruleset, in the order in which they are read. */
export const RULESET_PARTS: readonly string[] = [
  "ipset",
  "nft",
  "iptables-nft",
  "ip6tables-nft",
  "iptables-legacy",
  "ip6tables-legacy",
];

/** Parts of it whose changes the kernel tells as they come; of all others nothing does. */
const WITH_EVENTS: readonly string[] = ["nft", "iptables-nft", "ip6tables-nft"];

/** Whether `nft monitor` tells of changes of a part. */
export function hasEvents(part: string): boolean {
  return WITH_EVENTS.includes(part);
}

/** What the engine has no model of, and packets depend on all the same. */
const SURROUNDINGS: readonly string[] = [
  "links",
  "addresses",
  "routes",
  "routes6",
  "routing rules",
];

/** Whether packets may fare otherwise by a change of a part though no rule differs. */
export function isSurrounding(part: string): boolean {
  return SURROUNDINGS.includes(part);
}

/** Names of parts that differ, or that one of the two lacks. */
export function changedParts(before: Snapshot, after: Snapshot): readonly string[] {
  const names = new Set([...before.parts, ...after.parts].map(({ name }) => name));
  return [...names].filter((name) => statedIn(before, name) !== statedIn(after, name)).sort();
}

/**
 * What a part says of the device. A table of nft's own that bears a name of iptables is listed by iptables-save as an
 * empty one of its own: it is told by nft alone.
 */
export function statedIn(snapshot: Snapshot, name: string): string | null {
  const text = partOf(snapshot, name);
  return text === null || !LISTED_BY_NFT.has(name) ? text : rulesOfXtables(text);
}

/** Parts whose tables nft lists as well. */
const LISTED_BY_NFT: ReadonlySet<string> = new Set(["iptables-nft", "ip6tables-nft"]);

function rulesOfXtables(text: string): string {
  const lines = ofXtables(text).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join("\n");
}

/** What a device routes by: containers, leases and routing daemons change it all day, and nobody approves that. */
const WAYS: readonly string[] = ["links", "addresses", "routes", "routes6", "routing rules"];

/** Whether a part is what a device routes by. */
export function isWay(part: string): boolean {
  return WAYS.includes(part);
}

/** Whether another ruleset runs, or other source files lie there, than was approved. */
export function isDrifted(approved: Snapshot, now: Snapshot): boolean {
  return changedParts(approved, now).some((part) => !isWay(part));
}

/** `before` with these parts as `after` has them. */
export function withPartsOf(before: Snapshot, after: Snapshot, names: readonly string[]): Snapshot {
  const parts = before.parts.filter(({ name }) => !names.includes(name));
  const others = after.parts.filter(({ name }) => names.includes(name));
  return makeSnapshot(before.device, [...parts, ...others]);
}
