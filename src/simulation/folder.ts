import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { networkFile } from "./hosts/networkFile.ts";
import type { SavedFirewall } from "./network.ts";
import { ACCOUNTS } from "./world/plan.ts";

/** Where a simulation lies on the disk, so that the next start takes up where it was. */
export interface SimulationFolder {
  /** Path of `premortem.yaml`. */
  readonly networkFile: string;
  readonly complaintSecret: string;
  /** Null: it has not run here before. */
  readonly saved: SavedFirewall | null;
  keep(firewall: SavedFirewall): void;
}

const PRIVATE_FOLDER = 0o700;
const PRIVATE = 0o600;
const FIREWALL_FILE = "firewall.json";

const savedShape = z.object({ files: z.record(z.string(), z.string()), running: z.string() });

/** `makeSecret` is asked for the secret of the help desk, where there is none yet. */
export function openFolder(folder: string, makeSecret: () => string): SimulationFolder {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  /* The network file names files of the folder, from wherever the server is started next. */
  const path = (name: string) => join(resolve(folder), name);
  const secret = (name: string, text: () => string) => {
    if (!existsSync(path(name))) writeFileSync(path(name), text(), { mode: PRIVATE });
    return path(name);
  };
  const probePassword = secret("probe-password", () => ACCOUNTS.probePassword);
  const complaintSecret = secret("complaint-secret", makeSecret);
  const network = path("premortem.yaml");
  if (!existsSync(network))
    writeFileSync(network, networkFile({ probePassword, complaintSecret }), { mode: PRIVATE });
  return {
    networkFile: network,
    complaintSecret: readFileSync(complaintSecret, "utf8"),
    saved: readSaved(path(FIREWALL_FILE)),
    keep(firewall) {
      /* A file that is half written would be no ruleset. */
      writeFileSync(path(`${FIREWALL_FILE}.new`), JSON.stringify(firewall), { mode: PRIVATE });
      renameSync(path(`${FIREWALL_FILE}.new`), path(FIREWALL_FILE));
    },
  };
}

function readSaved(file: string): SavedFirewall | null {
  if (!existsSync(file)) return null;
  return savedShape.parse(JSON.parse(readFileSync(file, "utf8")));
}
