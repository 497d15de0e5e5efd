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

/** Runs a program some times and prints the times of the shell and of the programs. */
const SCRIPT = `
count=$1; shift
while [ "$count" -gt 0 ]; do "$@" >/dev/null 2>&1; status=$?; count=$((count - 1)); done
times
exit $status
`;

/** The shell counts in hundredths of a second: what is shorter than some of them is run more often. */
const SHORT_MS = 100;
const REPEATS = 20;

/** Milliseconds of processor that a program takes; null where it fails or is not here. */
export function programMs(runs: number, command: readonly string[]): number | null {
  const first = repeatedMs(1, command);
  if (first === null) return null;
  if (first < SHORT_MS) return repeatedMs(REPEATS, command);
  const times = [first];
  while (times.length < runs) times.push(repeatedMs(1, command) ?? first);
  return median(times);
}

/** Of one run, as a mean over several. */
function repeatedMs(count: number, command: readonly string[]): number | null {
  // diff(1) says 1 where the files differ.
  const worst = command[0] === "diff" ? 1 : 0;
  const { status, stdout } = spawnSync("sh", ["-c", SCRIPT, "sh", `${count}`, ...command], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  return status === null || status > worst ? null : childMs(stdout) / count;
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

/** Bash counts its children in milliseconds; `times` of the shell above in hundredths of a second. */
const COUNTED = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1; code=$?; exit $code';

/** Milliseconds of processor of one run in a network namespace of its own, which does not count; null: it fails. */
export function apartMs(command: readonly string[], worst = 0): number | null {
  const { status, stderr } = spawnSync(
    "unshare",
    ["-n", "bash", "-c", COUNTED, "bash", ...command],
    { encoding: "utf8", timeout: TIMEOUT_MS },
  );
  if (status === null || status > worst) return null;
  const [user = 0, system = 0] = stderr.trim().split(" ").map(Number);
  return (user + system) * 1_000;
}
