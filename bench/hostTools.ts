import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./measure.ts";

const TIMEOUT_MS = 60_000;

/** Runs `work` with the texts as files in a folder of their own, gone after. */
export function withFiles<T>(texts: readonly string[], work: (files: readonly string[]) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const files = texts.map((text, i) => {
      const file = join(folder, `${i}`);
      writeFileSync(file, text);
      return file;
    });
    return work(files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of a program, start-up included; null where it fails or is not here. */
export function programMs(runs: number, command: readonly string[]): number | null {
  const [program = "", ...args] = command;
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const begin = performance.now();
    const { status, error } = spawnSync(program, args, { stdio: "ignore", timeout: TIMEOUT_MS });
    // diff(1) says 1 where the files differ.
    if (error !== undefined || status === null || status > (program === "diff" ? 1 : 0))
      return null;
    times.push(performance.now() - begin);
  }
  return median(times);
}

/** The same in a fresh network namespace, less what making the namespace costs. */
export function namespaceMs(runs: number, command: readonly string[]): number | null {
  const whole = programMs(runs, ["unshare", "-n", ...command]);
  const empty = programMs(runs, ["unshare", "-n", "true"]);
  return whole === null || empty === null ? null : Math.max(0, whole - empty);
}
