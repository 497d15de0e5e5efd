import { createHash } from "node:crypto";
import type { NetworkDevice } from "../inventory/model.ts";
import { RULESET_PARTS, type Snapshot } from "../inventory/snapshot.ts";
import { ownTables } from "./ownTables.ts";

/** How many elements a set holds, as nft tells it from 1.1.3 on. */
const COUNT = /\t# count \d+$/;

/**
 * A name for what a proof stands on: the ruleset and the source files. What packets and clocks put into
 * sets is left out, since a ban or the time left of one would void each proof within a second; so are
 * links and routes, which no proof of a ruleset reads.
 */
export function runningHashOf({ sources }: NetworkDevice, { parts }: Snapshot): string {
  const hash = createHash("sha256");
  for (const { name, text } of parts)
    if (sources.includes(name) || RULESET_PARTS.includes(name))
      hash.update(JSON.stringify([name, text === null ? null : withoutLive(name, text)]));
  return hash.digest("hex");
}

/**
 * A name for what an apply has no hand in: tables that are not premortem's own, without elements of their
 * sets, which other programs move all day.
 */
export function foreignHashOf(device: NetworkDevice, { parts }: Snapshot): string {
  const own = new Set(ownTables(device));
  const hash = createHash("sha256");
  for (const { name, text } of parts)
    if (name === "nft") hash.update(JSON.stringify(foreignTables(text ?? "", own)));
    else if (RULESET_PARTS.includes(name) && name !== "ipset")
      hash.update(JSON.stringify([name, text]));
  return hash.digest("hex");
}

const TABLE = /^table (\S+ \S+) \{/;
const ELEMENTS = /^\t\telements = \{[^}]*\}\n/gm;

function foreignTables(listing: string, own: ReadonlySet<string>): string {
  let isOwn = false;
  return listing
    .split("\n")
    .filter((line) => {
      const [, table] = TABLE.exec(line) ?? [];
      if (table !== undefined) isOwn = own.has(table);
      return !isOwn;
    })
    .join("\n")
    .replace(ELEMENTS, "");
}

function withoutLive(name: string, text: string): string {
  if (name === "nft") return listingWithoutLive(text);
  return name === "ipset" ? text.replace(/^add .* timeout \d+.*\n?/gm, "") : text;
}

/**
 * A listing whose sets that have times, or that packets fill, are told without their elements, and all without
 * how many they are; line for line as `without_live` of the device's part prints it.
 */
export function listingWithoutLive(listing: string): string {
  let isLive = false;
  let isSkipping = false;
  return listing
    .split("\n")
    .map((line) => line.replace(COUNT, ""))
    .filter((line) => {
      if (/^\t(set|map) /.test(line) || line === "\t}") {
        isLive = false;
        isSkipping = false;
      }
      if (/^\t\t(timeout |flags .*\b(dynamic|timeout)\b)/.test(line)) isLive = true;
      if (isLive && line.startsWith("\t\telements = ")) isSkipping = true;
      return !isSkipping;
    })
    .join("\n");
}
