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

/** Runs a program and prints the times of the shell and of the program. */
const SCRIPT = '"$@" >/dev/null 2>&1; status=$?; times; exit $status';

/** Milliseconds of processor that a program takes; null where it fails or is not here. */
export function programMs(runs: number, command: readonly string[]): number | null {
  // diff(1) says 1 where the files differ.
  const worst = command[0] === "diff" ? 1 : 0;
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const { status, stdout } = spawnSync("sh", ["-c", SCRIPT, "sh", ...command], {
      encoding: "utf8",
      timeout: TIMEOUT_MS,
    });
    if (status === null || status > worst) return null;
    times.push(childMs(stdout));
  }
  return median(times);
}

/** The last line has user and system time of what the shell ran: `0m1.250000s 0m0.030000s`. */
function childMs(text: string): number {
  const spent = [...(text.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  const seconds = spent.reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  );
  return seconds * 1_000;
}

/** The same in a fresh network namespace, less what making the namespace costs. */
export function namespaceMs(runs: number, command: readonly string[]): number | null {
  const whole = programMs(runs, ["unshare", "-n", ...command]);
  const empty = programMs(runs, ["unshare", "-n", "true"]);
  return whole === null || empty === null ? null : Math.max(0, whole - empty);
}
