import { appendFileSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostPath, type MailLab } from "./folder.ts";
import { inside, run, startDaemon } from "./processes.ts";

/** Debian 12's; another one by the environment. */
const BINARIES = process.env["PREMORTEM_POSTGRESQL"] ?? "/usr/lib/postgresql/15/bin";
const OWNER = "postgres";

const dataFolder = (lab: MailLab) => hostPath(lab, "database", "data");
const socketFolder = (lab: MailLab) => hostPath(lab, "database", "run");
const logFile = (lab: MailLab) => hostPath(lab, "database", "log", "postgresql.log");

const asOwner = (...words: readonly string[]) => ["runuser", "-u", OWNER, "--", ...words];
const control = (lab: MailLab, ...words: readonly string[]) =>
  asOwner(join(BINARIES, "pg_ctl"), "-D", dataFolder(lab), "-l", logFile(lab), "-w", ...words);

/** Makes the files of an empty database. */
export async function makeDatabase(lab: MailLab): Promise<void> {
  const owner = Number(await run(["id", "-u", OWNER]));
  for (const folder of [dataFolder(lab), socketFolder(lab)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chownSync(folder, owner, 0);
  }
  writeFileSync(logFile(lab), "");
  chownSync(logFile(lab), owner, 0);
  await inside(
    lab,
    "database",
    asOwner(
      join(BINARIES, "initdb"),
      "-D",
      dataFolder(lab),
      "-A",
      "peer",
      "--no-sync",
      "-E",
      "UTF8",
      "--locale=C",
    ),
  );
  appendFileSync(join(dataFolder(lab), "postgresql.conf"), settings(lab));
  appendFileSync(join(dataFolder(lab), "pg_hba.conf"), admitted(lab));
}

/** Fills the database that runs with the users. */
export async function fillDatabase(lab: MailLab): Promise<void> {
  await inside(
    lab,
    "database",
    asOwner(join(BINARIES, "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", socketFolder(lab), OWNER),
    schema(lab),
  );
}

export async function startDatabase(lab: MailLab): Promise<void> {
  await startDaemon(lab, "database", control(lab, "start"), "pg_ctl.out");
}

/** Stops it at once, as a machine that goes down in order does: open sessions are ended. */
export async function stopDatabase(lab: MailLab): Promise<void> {
  await inside(lab, "database", control(lab, "-m", "fast", "stop"));
}

/* Shared memory in files of the data folder: nothing is left in /dev/shm where it is killed. */
function settings(lab: MailLab): string {
  return `listen_addresses = '${lab.plan.addresses.database}'
unix_socket_directories = '${socketFolder(lab)}'
dynamic_shared_memory_type = mmap
shared_buffers = 32MB
max_connections = 100
fsync = off
log_line_prefix = '%m [%p] %h '
`;
}

function admitted({ plan }: MailLab): string {
  const { database, databaseUser } = plan.accounts;
  return `host ${database} ${databaseUser} ${plan.zones.dmz.network}.0/24 scram-sha-256\n`;
}

function schema({ plan }: MailLab): string {
  const { accounts, domains } = plan;
  return `create database ${accounts.database};
\\connect ${accounts.database}
create table users (email text primary key, pw text not null);
insert into users
  select 'user' || number || '@${domains.local}', '{PLAIN}${accounts.password}'
  from generate_series(1, ${accounts.users}) number;
insert into users values ('${accounts.probe}@${domains.local}', '{PLAIN}${accounts.probePassword}');
create role ${accounts.databaseUser} login password '${accounts.databasePassword}';
grant select on users to ${accounts.databaseUser};
`;
}
