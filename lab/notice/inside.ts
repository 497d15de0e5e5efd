import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { MailLab } from "../mail/folder.ts";
import { type HostRole, namespaceOf } from "../mail/plan.ts";

/** Milliseconds in which a program that is asked to end has ended. */
const END_MS = 15_000;

/** A program in the namespace of a host; it ends with `end`, or with the lab. */
export interface Inside {
  end(): Promise<void>;
}

export interface InsideOptions {
  /** Told each line of its output; the rest goes into a log of the lab's folder. */
  readonly onLine?: (line: string) => void;
  readonly env?: Readonly<Record<string, string>>;
}

export function startInside(
  lab: MailLab,
  role: HostRole,
  words: readonly string[],
  name: string,
  { onLine, env = {} }: InsideOptions = {},
): Inside {
  const log = openSync(join(lab.folder, `${name}.log`), "a");
  const child = spawn("ip", ["netns", "exec", namespaceOf(lab.plan, role), ...words], {
    stdio: ["ignore", "pipe", log],
    env: { ...process.env, ...env },
  });
  closeSync(log);
  const { stdout } = child;
  if (stdout === null) throw new Error("it was started without an output");
  if (onLine === undefined) stdout.resume();
  else createInterface(stdout).on("line", onLine);
  return { end: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill();
  const late = setTimeout(() => child.kill("SIGKILL"), END_MS);
  await exited;
  clearTimeout(late);
}
