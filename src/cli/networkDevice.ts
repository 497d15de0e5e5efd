import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Network } from "../operations/inventory/model.ts";
import { parseNetwork } from "../operations/inventory/networkFile.ts";
import { readText } from "../platform/files.ts";
import { tellFiles, tellNetworkErrors, tellUsage } from "./problems.ts";
import type { Stream } from "./streams.ts";

const NETWORK_FILE = "premortem.yaml";

/** A device of a network file. */
export interface NetworkPlace {
  readonly network: Network;
  readonly name: string;
}

/** The device that is asked about, or null where it was told why there is none; no name: the only one. */
export function openDevice(
  stream: Stream,
  path: string,
  asked: string | null,
): NetworkPlace | null {
  const network = openNetwork(stream, path);
  if (network === null) return null;
  const name = asked ?? onlyDevice(network);
  if (name !== null && network.devices.has(name)) return { network, name };
  const known = [...network.devices.keys()].join(", ");
  const message = name === null ? "which device is it?" : `there is no device \`${name}\``;
  tellUsage(stream, message, `name one with --device: ${known}`);
  return null;
}

/** In the current folder, or beside the first file. */
export function findNetwork(files: readonly string[]): string {
  const [first = "."] = files;
  const beside = join(dirname(first), NETWORK_FILE);
  return !existsSync(NETWORK_FILE) && existsSync(beside) ? beside : NETWORK_FILE;
}

export function openNetwork(stream: Stream, path: string): Network | null {
  const read = readText(path);
  if (read.kind === "problem") {
    /* Nobody has named it: what it is for has to be said too. */
    if (path === NETWORK_FILE && !existsSync(path))
      tellUsage(
        stream,
        `there is no \`${NETWORK_FILE}\` here, nor beside the ruleset: nothing is promised`,
        "name the network file with --network, or write one as docs/reference/network-file.md says",
      );
    else tellFiles(stream, [read]);
    return null;
  }
  const { network, diagnostics } = parseNetwork(path, read.text);
  if (diagnostics.length === 0) return network;
  tellNetworkErrors(stream, path, read.text, diagnostics);
  return null;
}

export function onlyDevice({ devices }: Network): string | null {
  const [name, ...others] = devices.keys();
  return name === undefined || others.length > 0 ? null : name;
}
