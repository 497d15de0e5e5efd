import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { testDatabase } from "../../../platform/db/testing/testDatabase.ts";
import { localTransport } from "../../../platform/transport/local.ts";
import type { Transport } from "../../../platform/transport/transport.ts";
import { parseNetwork } from "../../inventory/networkFile.ts";
import type { MonitorEvent } from "../model.ts";
import { type MonitorOptions, type Monitors, openMonitors } from "../service.ts";
import { MONITOR_MIGRATIONS } from "../store.ts";

/* Databases, and programs that are started: a machine that is busy with other things takes its time. */
vi.setConfig({ testTimeout: 30_000 });

/** A mail host of files: its log, and a configuration that names a database and nothing else. */
export interface MailHost {
  readonly folder: string;
  readonly log: string;
  write(...lines: readonly string[]): Promise<void>;
}

export const HEAD = "Nov 25 04:00:00 mail1";

export async function mailHost(): Promise<MailHost> {
  const folder = await mkdtemp(join(tmpdir(), "premortem-monitor-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const log = join(folder, "mail.log");
  await mkdir(join(folder, "postfix"));
  const map = join(folder, "postfix", "users.cf");
  /* No queue is meant here: without an owner `postqueue` says so at once. */
  const main = `mail_owner = nobody-of-that-name\nvirtual_mailbox_maps = pgsql:${map}\n`;
  await writeFile(join(folder, "postfix", "main.cf"), main);
  await writeFile(map, "hosts = 198.51.100.20\npassword = hidden\n");
  await writeFile(log, `${HEAD} postfix/smtpd[9]: warning: old: table lookup problem\n`);
  return {
    folder,
    log,
    write: (...lines) => appendFile(log, lines.map((line) => `${HEAD} ${line}\n`).join("")),
  };
}

/** The monitors of one device that is this machine, and what they tell. */
export interface Watched {
  readonly monitors: Monitors;
  readonly told: readonly MonitorEvent[];
  /** The first event that is so, of those to come and those that came. */
  until(isIt: (event: MonitorEvent) => boolean): Promise<MonitorEvent>;
}

export async function watch(
  lines: readonly string[],
  more: Partial<MonitorOptions> & { readonly transport?: Transport } = {},
): Promise<Watched> {
  const text = `devices: { mail1: { reach: local, addresses: 192.0.2.1 } }\nzones: {}\nmonitors:\n${lines.map((line) => `  ${line}\n`).join("")}`;
  const { network, diagnostics } = parseNetwork("n", text);
  if (network === null || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  const { transport = localTransport(), ...options } = more;
  const faults: unknown[] = [];
  const database = options.database ?? (await testDatabase(MONITOR_MIGRATIONS)).database;
  const monitors = openMonitors({
    clock: Date.now,
    network: () => network,
    transportOf: () => transport,
    onFault: (fault) => faults.push(fault),
    ...options,
    database,
  });
  const told: MonitorEvent[] = [];
  monitors.events.subscribe((event) => told.push(event));
  onTestFinished(async () => {
    await monitors.stop();
    if (faults.length > 0) throw faults[0];
  });
  return {
    monitors,
    told,
    until: (isIt) =>
      new Promise((resolve) => {
        const end = monitors.events.subscribe((event) => {
          if (!isIt(event)) return;
          end();
          resolve(event);
        });
        const known = told.find(isIt);
        if (known !== undefined) resolve(known);
      }),
  };
}
