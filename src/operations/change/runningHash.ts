import { createHash } from "node:crypto";
import type { NetworkDevice } from "../inventory/model.ts";
import { RULESET_PARTS, type Snapshot } from "../inventory/snapshot.ts";

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

function withoutLive(name: string, text: string): string {
  if (name === "nft") return withoutLiveElements(text);
  return name === "ipset" ? text.replace(/^add .* timeout \d+.*\n?/gm, "") : text;
}

/** A listing whose sets that have times, or that packets fill, are told without their elements. */
function withoutLiveElements(listing: string): string {
  let isLive = false;
  let isSkipping = false;
  return listing
    .split("\n")
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
