import { readdirSync, readlinkSync, rmdirSync, rmSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type MailLab, NAMESPACES, NETNS_ETC, readRecord } from "./folder.ts";
import { run } from "./processes.ts";

/** Milliseconds between two looks at what is left of killed processes, and for how long. */
const LOOK_MS = 10;
const DYING_MS = 10_000;

/**
 * Takes away everything that a lab made, as far as it had got. Goes by its record and by which processes
 * live in its namespaces, so that it does not matter whether `up` came to its end. Whether there was one.
 */
export async function down(lab: MailLab): Promise<boolean> {
  const record = readRecord(lab);
  if (record === null) return false;
  const ids = new Set(record.namespaces.map(namespaceId).filter((id) => id !== null));
  await killAll(ids);
  for (const name of record.namespaces)
    if (namespaceId(name) !== null) await run(["ip", "netns", "delete", name]);
  /* Whoever was on the way into a namespace when it was looked at is in it now. */
  await killAll(ids);
  for (const path of record.etc) if (leadsInto(path, lab.folder)) unlinkSync(path);
  removeIfEmpty(NETNS_ETC);
  rmSync(lab.folder, { recursive: true, force: true });
  removeIfEmpty(dirname(lab.folder));
  return true;
}

/** The number that the kernel gives a namespace; null where there is none of this name. */
function namespaceId(name: string): number | null {
  return statSync(join(NAMESPACES, name), { throwIfNoEntry: false })?.ino ?? null;
}

/** Ids of processes whose network is one of these namespaces. */
function processesIn(ids: ReadonlySet<number>): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((process) => {
      const id = networkOf(process);
      return id !== null && ids.has(id);
    });
}

function networkOf(process: number): number | null {
  try {
    const [, id] = /^net:\[(\d+)\]$/.exec(readlinkSync(`/proc/${process}/ns/net`)) ?? [];
    return id === undefined ? null : Number(id);
  } catch {
    /* It is gone, or is only waited for. */
    return null;
  }
}

async function killAll(ids: ReadonlySet<number>): Promise<void> {
  const end = Date.now() + DYING_MS;
  for (let left = processesIn(ids); left.length > 0; left = processesIn(ids)) {
    if (Date.now() > end) throw new Error(`processes ${left.join(", ")} do not die`);
    for (const process_ of left) killOne(process_);
    await pause(LOOK_MS);
  }
}

function killOne(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function leadsInto(path: string, folder: string): boolean {
  try {
    return readlinkSync(path).startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    /* Others use it. */
  }
}
