import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { hostPath, type MailLab } from "./folder.ts";
import { type HostRole, namespaceOf } from "./plan.ts";

/** Milliseconds that any single step of the lab may take. */
const STEP_TIMEOUT_MS = 30_000;

/** Runs a program to its end; its output. A failure is an error that says what was printed. */
export async function run(words: readonly string[], input = ""): Promise<string> {
  const [program = "", ...rest] = words;
  const child = spawn(program, rest, { timeout: STEP_TIMEOUT_MS });
  const out: Buffer[] = [];
  const error: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => error.push(chunk));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code === 0) return Buffer.concat(out).toString();
  const said = Buffer.concat([...error, ...out])
    .toString()
    .trim();
  throw new Error(`\`${words.join(" ")}\` ended with ${String(code)}: ${said}`);
}

/** Runs a program in the namespace of a host. */
export function inside(
  { plan }: MailLab,
  role: HostRole,
  words: readonly string[],
  input = "",
): Promise<string> {
  return run(["ip", "netns", "exec", namespaceOf(plan, role), ...words], input);
}

/**
 * What a host's daemons run in: its network, its name, and shared memory of its own, which is gone with
 * the last process even where PostgreSQL is killed. Process ids stay those of the machine, so that those
 * which `nft monitor` prints can be looked up.
 */
function asHost({ plan }: MailLab, role: HostRole, words: readonly string[]): readonly string[] {
  const named = ["sh", "-c", 'hostname "$0" && exec "$@"', plan.hosts[role], ...words];
  return ["netns", "exec", namespaceOf(plan, role), "unshare", "--uts", "--ipc", ...named];
}

function openLog(lab: MailLab, role: HostRole, log: string): number {
  mkdirSync(hostPath(lab, role, "log"), { recursive: true });
  return openSync(hostPath(lab, role, "log", log), "a");
}

/** Starts a daemon that goes to the background by itself, and waits until it has. */
export async function startDaemon(
  lab: MailLab,
  role: HostRole,
  words: readonly string[],
  log: string,
): Promise<void> {
  const file = openLog(lab, role, log);
  const child = spawn("ip", asHost(lab, role, words), {
    stdio: ["ignore", file, file],
    timeout: STEP_TIMEOUT_MS,
  });
  closeSync(file);
  const [code] = await once(child, "exit");
  if (code !== 0)
    throw new Error(
      `\`${words.join(" ")}\` did not start on ${lab.plan.hosts[role]}: it ended with ${String(code)}; ` +
        `see ${hostPath(lab, role, "log", log)}`,
    );
}

/** Starts a program that stays in the foreground, and outlives this process. */
export function startDetached(
  lab: MailLab,
  role: HostRole,
  words: readonly string[],
  log: string,
): void {
  const file = openLog(lab, role, log);
  const child = spawn("ip", asHost(lab, role, words), {
    stdio: ["ignore", file, file],
    detached: true,
  });
  closeSync(file);
  child.unref();
}
