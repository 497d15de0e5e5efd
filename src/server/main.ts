import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import type { BadNetworkFile } from "../operations/inventory/service.ts";
import { copyPlaybooks } from "../operations/playbook/files.ts";
import { systemClock } from "../platform/clock.ts";
import { codeOf } from "../platform/db/fault.ts";
import { type OpenedDatabase, openDatabase } from "../platform/db/open.ts";
import { makeApp } from "./app.ts";
import { type FirstSecrets, makeFirstSecrets } from "./firstSecrets.ts";
import { listen } from "./listen.ts";
import { openProofThread } from "./proofThread.ts";
import { openSimulation } from "./simulation/open.ts";
import { openService, type Service } from "./wire.ts";

export interface ServeSettings {
  readonly data: string;
  readonly networkFile: string;
  readonly host: string;
  readonly port: number;
  /** `DATABASE_URL`; null: one of our own in the data folder. */
  readonly databaseUrl: string | null;
  readonly version: string;
  readonly devicePart: string;
  /** The admin's token is lost: another one takes its place. */
  readonly isTokenLost: boolean;
  /** On a simulated network of its own, whatever the network file's name: who comes may be anybody of it. */
  readonly isSimulated: boolean;
}

/** Why there is no server, and what to do about it. */
export interface ServeFault {
  readonly kind: "fault";
  readonly message: string;
  readonly help: string;
}

export interface Serving {
  readonly kind: "serving";
  readonly url: string;
  /** Files with what lets people begin. */
  readonly first: FirstSecrets;
  /** When it cannot go on by itself: the process has to end at once, since another server may have begun. */
  readonly lost: Promise<ServeFault>;
  close(): Promise<void>;
}

const PRIVATE_FOLDER = 0o700;
const RUN_BYTES = 6;
/** Beside the bundle of the server, as `scripts/build.js` lays them. */
const WEB = fileURLToPath(new URL("web", import.meta.url));
/** Playbooks that come with premortem: beside the folder of the bundle. */
const PLAYBOOKS = fileURLToPath(new URL("../playbooks", import.meta.url));
/** In the package, as the bundle lies in `dist`. */
const DRILLS = fileURLToPath(new URL("../drills", import.meta.url));
const PROOF_WORKER = new URL("proofWorker.mjs", import.meta.url);
/** Milliseconds that parts get to come to a place from which they can be taken up again. */
const CLOSE_MS = 10_000;

/** Opens database, service and port, in this order; whatever is missing is told and nothing is left open. */
export async function startServer(
  settings: ServeSettings,
): Promise<Serving | ServeFault | BadNetworkFile> {
  const { databaseUrl, data } = settings;
  const closers: Closer[] = [];
  try {
    mkdirSync(data, { recursive: true, mode: PRIVATE_FOLDER });
  } catch (error) {
    return dataFault(data, error);
  }
  const opened = await openDatabase(
    databaseUrl === null ? { kind: "folder", folder: data } : { kind: "url", url: databaseUrl },
  );
  if (opened.kind === "fault") return opened;
  closers.push(opened.close);
  try {
    const started = await startOn(settings, opened, closers);
    if (started.kind !== "serving") await closeAll(closers);
    return started;
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

type Closer = () => Promise<void>;

/** Last opened, first closed; whatever hangs is left behind, and taken up by the next server. */
async function closeAll(closers: readonly Closer[]): Promise<void> {
  const all = (async () => {
    const faults: unknown[] = [];
    /* One that cannot close must not keep the others open. */
    for (const close of [...closers].reverse())
      await close().catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw new AggregateError(faults, "not everything could be closed");
  })();
  const patience = new AbortController();
  await Promise.race([
    all.finally(() => patience.abort()),
    setTimeout(CLOSE_MS, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
}

async function startOn(
  settings: ServeSettings,
  opened: OpenedDatabase,
  closers: Closer[],
): Promise<Serving | ServeFault | BadNetworkFile> {
  const { data, version, devicePart, host, port } = settings;
  const log = openLog();
  const onFault = (fault: unknown) =>
    log.error({ err: fault }, "a defect, or a fault behind a call");
  const alone = await opened.beAlone();
  if (alone.kind === "fault") return alone;
  closers.push(() => alone.end());
  const simulation = settings.isSimulated ? openSimulation(data, onFault) : null;
  if (simulation !== null) closers.push(async () => simulation.close());
  const networkFile = simulation?.networkFile ?? settings.networkFile;
  if (simulation !== null) copyPlaybooks(PLAYBOOKS, networkFile);
  const proofs = openProofThread(PROOF_WORKER);
  closers.push(() => proofs.close());
  const service = await openService({
    database: opened.database,
    networkFile,
    ...(simulation === null ? {} : { openTransport: simulation.openTransport }),
    clock: systemClock,
    version,
    devicePart,
    drills: DRILLS,
    run: randomBytes(RUN_BYTES).toString("hex"),
    onFault,
    isDemo: settings.isSimulated,
    prove: proofs.prove,
  });
  if (service.kind !== "service") return service;
  closers.push(async () => {
    await simulation?.hush();
    await service.close();
  });
  const ready = new AbortController();
  const app = makeApp({ service, simulation, onFault, web: WEB });
  const listening = await listen({ fetch: whenReady(app.fetch, ready.signal) }, host, port);
  if (listening.kind === "fault") return listening;
  closers.push(() => {
    service.feed.end();
    return listening.close();
  });
  const first = await firstSecretsOf(service, settings, listening.url);
  if ("kind" in first) return first;
  await simulation?.issue(service);
  await simulation?.adopt(service);
  await service.start();
  simulation?.start(service);
  ready.abort();
  log.info({ url: listening.url, network: networkFile, version }, "serving");
  return {
    kind: "serving",
    url: listening.url,
    first,
    lost: Promise.race([opened.lost, alone.lost]).then((message) => lostFault(message, settings)),
    close: () => closeAll(closers),
  };
}

/** Calls that come while the applies of a server before are taken up wait for it. */
function whenReady<Words extends readonly unknown[]>(
  fetch: (...words: Words) => Response | Promise<Response>,
  ready: AbortSignal,
): (...words: Words) => Promise<Response> {
  const start = ready.aborted ? Promise.resolve() : once(ready, "abort");
  return async (...words) => {
    await start;
    return fetch(...words);
  };
}

/** Lines of JSON on standard error. What an error carries beside its words may hold what was sent. */
function openLog() {
  const serializers = { err: toldError };
  return pino({ name: "premortem", serializers }, pino.destination({ dest: 2, sync: true }));
}

function toldError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    code: codeOf(error),
    stack,
    ...(cause === undefined ? {} : { cause: toldError(cause) }),
  };
}

function lostFault(message: string, { data, databaseUrl }: ServeSettings): ServeFault {
  const help =
    databaseUrl === null
      ? `look at ${join(data, "database")}, and start it again`
      : "look at the database of DATABASE_URL, and start it again";
  return { kind: "fault", message, help };
}

function dataFault(data: string, error: unknown): ServeFault {
  const said = error instanceof Error ? error.message : String(error);
  return {
    kind: "fault",
    message: `the data folder \`${data}\` cannot be used: ${said}`,
    help: "name another one with `--data`",
  };
}

/** Whoever may read the data folder finds there what lets them begin. */
async function firstSecretsOf(
  { access, accounts }: Service,
  { data, isTokenLost, isSimulated }: ServeSettings,
  url: string,
): Promise<FirstSecrets | ServeFault> {
  /* In a demo nobody needs a password. */
  const invited = isSimulated ? { inviteFirst: async () => false } : accounts;
  try {
    return await makeFirstSecrets(access, invited, { folder: data, url, isTokenLost });
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return dataFault(data, error);
  }
}
