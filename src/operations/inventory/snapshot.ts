import { createHash } from "node:crypto";
import { type DeviceResult, readDevice } from "../../engine/parsers/readDevice.ts";

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

/** What runs, as the engine reads it. */
export function runningDevice({ parts }: Snapshot): DeviceResult {
  const texts = new Map(parts.map(({ name, text }) => [name, text]));
  const files = new Map<string, string>();
  for (const name of RULESET_PARTS) {
    const text = texts.get(name);
    if (text != null && text.trim() !== "") files.set(name, name === "nft" ? ownOfNft(text) : text);
  }
  return readDevice({ files, roots: [...files.keys()] });
}

/** nft's own words for tables that iptables-nft writes (measured with 1.0.6). */
const MANAGED = /^# Warning: table \S+ \S+ is managed by iptables-nft/;

/**
 * nft prints the tables of iptables-nft as well, but not so that they could be read again (`xt match`):
 * they are read from iptables-save instead.
 */
function ownOfNft(text: string): string {
  let isManaged = false;
  let isNext = false;
  return text
    .split("\n")
    .map((line) => {
      if (MANAGED.test(line)) isNext = true;
      else if (line.startsWith("table ")) {
        isManaged = isNext;
        isNext = false;
      }
      const kept = isManaged ? "" : line;
      if (line === "}") isManaged = false;
      return kept;
    })
    .join("\n");
}
