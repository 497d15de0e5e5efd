import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Reach } from "../../operations/inventory/model.ts";
import { systemClock } from "../../platform/clock.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { makeApp } from "../app.ts";
import { listen } from "../listen.ts";
import { openService, type Service } from "../wire.ts";

/** A server on a port of its own, with a database of its own; both go with the test. */
export interface TestServer {
  readonly url: string;
  readonly service: Service;
  readonly networkFile: string;
  readonly database: Awaited<ReturnType<typeof testDatabase>>;
  /** Moves the server's clock on. */
  readonly pass: (ms: number) => void;
  /** A token of the server's own, for whoever is in the network file. */
  token(login: string, roles?: readonly Role[]): Promise<string>;
  /** The first token, which is good for making others. */
  admin(): Promise<string>;
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
}

type Role = "viewer" | "operator" | "approver";

export interface Asked {
  readonly token?: string;
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
`;

const NETWORK = `
devices:
  fw: { reach: namespace:${NOWHERE}, sources: /etc/nftables.conf, managed-by: { inet edge: premortem } }
zones: {}
${PEOPLE}`;

export interface TestSettings {
  readonly network?: string;
  readonly openTransport?: (reach: Reach) => Transport;
  /** True: it looks at devices and asks probes. */
  readonly isStarted?: boolean;
  readonly keepAliveMs?: number;
}

export async function testServer(settings: TestSettings = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-server-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const networkFile = join(folder, "premortem.yaml");
  writeFileSync(networkFile, settings.network ?? NETWORK);
  const database = await testDatabase();
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
    run: "run",
    onFault: (fault) => faults.push(fault),
    ...(openTransport === undefined ? {} : { openTransport }),
  });
  if (service.kind !== "service") throw new Error(JSON.stringify(service));
  onTestFinished(() => service.close());
  const app = makeApp({
    service,
    onFault: (fault) => faults.push(fault),
    ...(settings.keepAliveMs === undefined ? {} : { keepAliveMs: settings.keepAliveMs }),
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
    ask: (method, path, asked) => ask(`${listening.url}${path}`, method, asked),
  };
}

async function ask(url: string, method: string, asked: Asked = {}): Promise<Answer> {
  const { token, body, raw } = asked;
  const headers = new Headers();
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (body !== undefined || raw !== undefined) headers.set("content-type", "application/json");
  for (const [name, value] of Object.entries(asked.headers ?? {})) headers.set(name, value);
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
