import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { BadNetworkFile } from "../operations/inventory/service.ts";
import { systemClock } from "../platform/clock.ts";
import { openDatabase } from "../platform/db/open.ts";
import { makeApp } from "./app.ts";
import { listen } from "./listen.ts";
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
  /** The file with the first token; null: there were tokens already. */
  readonly firstToken: string | null;
  /** In words, when it cannot go on by itself. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

export const FIRST_TOKEN_FILE = "admin-token";
const PRIVATE = 0o600;
const PRIVATE_FOLDER = 0o700;
const RUN_BYTES = 6;

/** Opens database, service and port, in this order; whatever is missing is told and nothing is left open. */
export async function startServer(
  settings: ServeSettings,
): Promise<Serving | ServeFault | BadNetworkFile> {
  const log = pino({ name: "premortem" }, pino.destination({ dest: 2, sync: true }));
  const onFault = (fault: unknown) =>
    log.error({ err: fault }, "a defect, or a fault behind a call");
  const { databaseUrl, data, networkFile, version, devicePart } = settings;
  mkdirSync(data, { recursive: true, mode: PRIVATE_FOLDER });
  const opened = await openDatabase(
    databaseUrl === null ? { kind: "folder", folder: data } : { kind: "url", url: databaseUrl },
  );
  if (opened.kind === "fault") return opened;
  const service = await openService({
    database: opened.database,
    networkFile,
    clock: systemClock,
    version,
    devicePart,
    run: randomBytes(RUN_BYTES).toString("hex"),
    onFault,
  });
  if (service.kind === "badFile") {
    await opened.close();
    return service;
  }
  const listening = await listen(makeApp({ service, onFault }), settings.host, settings.port);
  if (listening.kind === "fault") {
    await service.close();
    await opened.close();
    return listening;
  }
  const firstToken = await makeFirstToken(service, data);
  await service.start();
  log.info({ url: listening.url, network: networkFile, version }, "serving");
  return {
    kind: "serving",
    url: listening.url,
    firstToken,
    lost: opened.lost,
    close: async () => {
      await listening.close();
      await service.close();
      await opened.close();
    },
  };
}

/** Where nobody has a token yet, whoever may read the data folder may make them. */
async function makeFirstToken({ access }: Service, data: string): Promise<string | null> {
  const file = join(data, FIRST_TOKEN_FILE);
  const isMade = await access.issueFirst((secret) => {
    rmSync(file, { force: true });
    writeFileSync(file, `${secret}\n`, { mode: PRIVATE });
  });
  return isMade ? file : null;
}
