import { spawnSync } from "node:child_process";

/** Bytes of what a run in the lab may print. */
const MAXIMUM_OUT = 64 * 1024 * 1024;

/** Runs a program of the lab, with its progress on the screen; gives what it printed. */
export function labRun(script: string, words: readonly string[]): string {
  const command = ["--import", "tsx", script, ...words];
  const { stdout, error } = spawnSync(process.execPath, command, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: MAXIMUM_OUT,
  });
  if (error !== undefined) throw error;
  /* A run with a finding ends with 1, and tells of it: only one that tells nothing has failed. */
  if (stdout === "") throw new Error(`${script} ${words.join(" ")} printed nothing: see above`);
  return stdout;
}
