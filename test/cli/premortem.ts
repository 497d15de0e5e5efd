import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** What a run of the bundle left behind. */
export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Milliseconds that any run may take: all are over in a fraction of it. */
const TIMEOUT_MS = 20_000;

/** Runs `bin/premortem` as a person would, without a terminal. */
export function premortem(
  args: readonly string[],
  input: string | Uint8Array = "",
  env: Readonly<Record<string, string>> = {},
): Run {
  const { status, stdout, stderr } = spawnSync("bin/premortem", [...args], {
    input,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, out: stdout, error: stderr };
}

/** A folder with these files, for the tests of one suite; gone behind them. */
export function temporaryFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
): (name: string) => string {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "premortem-"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
