import { createHash } from "node:crypto";
import type { Network, NetworkDevice } from "../inventory/model.ts";

/**
 * A name for what a proof takes from the network file: who owns which table of the device and what makes
 * up its ruleset, and the intents with all that says whom they mean. Places in the file, people and monitors
 * are left out.
 */
export function networkHashOf(network: Network, { sources, owners }: NetworkDevice): string {
  const { intents, zones, roles, devices } = network;
  const ends = [...devices.values()].map(({ name, addresses }) => ({ name, addresses }));
  const said = { sources, owners, intents, zones, roles, ends };
  return createHash("sha256").update(JSON.stringify(said, plain)).digest("hex");
}

/** A name for all that a network file says, people and monitors too, wherever it stands in it. */
export function networkFileHash(network: Network): string {
  return createHash("sha256").update(JSON.stringify(network, plain)).digest("hex");
}

/** What JSON does not know, and nothing of where it stands in the file. */
function plain(key: string, value: unknown): unknown {
  if (key === "span") return undefined;
  if (typeof value === "bigint") return value.toString();
  if (!(value instanceof Map)) return value;
  return [...value].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
