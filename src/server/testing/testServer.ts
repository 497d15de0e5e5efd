import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Reach } from "../../operations/inventory/model.ts";
import { systemClock } from "../../platform/clock.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { makeApp } from "../app.ts";
import { listen } from "../listen.ts";
import type { Simulation } from "../simulation/open.ts";
import { openService, type Service } from "../wire.ts";

/** A server on a port of its own, with a database of its own; both go with the test. */
export interface TestServer {
  readonly url: string;
  readonly service: Service;
  readonly networkFile: string;
  readonly database: Awaited<ReturnType<typeof testDatabase>>;
  /** Gives the server another network file. */
  readonly write: (network: string) => void;
  /** Moves the server's clock on. */
  readonly pass: (ms: number) => void;
  /** A token of the server's own, for whoever is in the network file. */
  token(login: string, roles?: readonly Role[]): Promise<string>;
  /** The first token, which is good for making others. */
  admin(): Promise<string>;
  /** The cookie of a person who has just come in; the server has to be a demo. */
  become(login: string): Promise<string>;
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
}

type Role = "viewer" | "helpdesk" | "operator" | "approver";

export interface Asked {
  readonly token?: string;
  /** Of a session; it comes as a page of this server sends it, unless `headers` say otherwise. */
  readonly cookie?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it stands. */
  readonly raw?: string | Uint8Array | ReadableStream;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What was parsed; null: it is no JSON. */
  readonly body: unknown;
}

const DEVICE_PART = "src/operations/apply/device/premortem-device.sh";

/** Nobody listens there, and nothing is sent to it. */
const NOWHERE = "pm-nowhere";

export const PEOPLE = `
people:
  ana: { name: Ana, roles: [operator, approver] }
  bob: { name: Bob, roles: [approver] }
  vera: { name: Vera, roles: [viewer] }
  hana: { name: Hana, roles: [helpdesk] }
`;

const NETWORK = `
devices:
  fw: { reach: namespace:${NOWHERE}, sources: /etc/nftables.conf, managed-by: { inet edge: premortem } }
zones: {}
${PEOPLE}`;

export interface TestSettings {
  readonly network?: string;
  /** Files of the folder `playbooks`, by name without the ending. */
  readonly playbooks?: Readonly<Record<string, string>>;
  readonly openTransport?: (reach: Reach) => Transport;
  /** True: it looks at devices and asks probes. */
  readonly isStarted?: boolean;
  readonly keepAliveMs?: number;
  readonly isDemo?: boolean;
  /** That of a server before, which has ended. */
  readonly database?: TestServer["database"];
  /** Folder of pages. */
  readonly web?: string;
  /** The network that it runs on; its way to devices has to be handed in as well. */
  readonly simulation?: Simulation;
}

export async function testServer(settings: TestSettings = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-server-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const networkFile = join(folder, "premortem.yaml");
  const usual = settings.isDemo === true ? NETWORK.replace("namespace:", "simulated:") : NETWORK;
  writeFileSync(networkFile, settings.network ?? usual);
  for (const [name, text] of Object.entries(settings.playbooks ?? {})) {
    mkdirSync(join(folder, "playbooks"), { recursive: true });
    writeFileSync(join(folder, "playbooks", `${name}.yaml`), text);
  }
  const database = settings.database ?? (await testDatabase());
  const faults: unknown[] = [];
  onTestFinished(() => expect(faults).toEqual([]));
  let passedMs = 0;
  const { openTransport } = settings;
  const service = await openService({
    database: database.database,
    networkFile,
    clock: () => systemClock() + passedMs,
    version: "0",
    devicePart: readFileSync(DEVICE_PART, "utf8"),
    drills: "drills",
    run: "run",
    onFault: (fault) => faults.push(fault),
    isDemo: settings.isDemo ?? false,
    ...(openTransport === undefined ? {} : { openTransport }),
  });
  if (service.kind !== "service") throw new Error(JSON.stringify(service));
  onTestFinished(async () => {
    await settings.simulation?.hush();
    await service.close();
  });
  const app = makeApp({
    service,
    simulation: settings.simulation ?? null,
    onFault: (fault) => faults.push(fault),
    ...(settings.keepAliveMs === undefined ? {} : { keepAliveMs: settings.keepAliveMs }),
    ...(settings.web === undefined ? {} : { web: settings.web }),
  });
  const listening = await listen(app, "127.0.0.1", 0);
  if (listening.kind === "fault") throw new Error(listening.message);
  onTestFinished(() => {
    service.feed.end();
    return listening.close();
  });
  if (settings.isStarted === true) await service.start();
  let first = "";
  return {
    url: listening.url,
    service,
    networkFile,
    database,
    write: (network) => {
      writeFileSync(networkFile, network);
      service.inventory.reload();
    },
    pass: (ms) => {
      passedMs += ms;
    },
    async token(login, roles) {
      const wishes = { login, purpose: "a test", days: 1, ...(roles && { roles }) };
      const issued = await service.access.issue(wishes, { login: "admin", roles: ["admin"] });
      if ("reason" in issued) throw new Error(issued.reason);
      return issued.secret;
    },
    async admin() {
      await service.access.issueFirst((secret) => {
        first = secret;
      });
      return first;
    },
    async become(login) {
      const url = `${listening.url}/v1/session/demo`;
      return cookieOf(await ask(url, "POST", { body: { login } }));
    },
    ask: (method, path, asked) => ask(`${listening.url}${path}`, method, asked),
  };
}

/** What a browser keeps of an answer; "": nothing. */
export function cookieOf({ headers }: Answer): string {
  return headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

async function ask(url: string, method: string, asked: Asked = {}): Promise<Answer> {
  const { token, body, raw, cookie } = asked;
  const headers = new Headers();
  if (cookie !== undefined) {
    headers.set("cookie", cookie);
    headers.set("x-premortem", "1");
    headers.set("origin", new URL(url).origin);
  }
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (body !== undefined || raw !== undefined) headers.set("content-type", "application/json");
  for (const [name, value] of Object.entries(asked.headers ?? {}))
    if (value === "") headers.delete(name);
    else headers.set(name, value);
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const init = { method, headers, ...(sent === undefined ? {} : { body: sent, duplex: "half" }) };
  const answer = await fetch(url, init as RequestInit);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
