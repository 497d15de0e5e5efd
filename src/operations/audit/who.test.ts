import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { localTransport } from "../../platform/transport/local.ts";
import type { NetworkDevice, Person } from "../inventory/model.ts";
import { type Moment, whoText, whoWas } from "./who.ts";

const folder = mkdtempSync(join(tmpdir(), "premortem-who-"));
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = "SHA256:dGVzdCBrZXkgb2Ygb3BzMg";
const PEOPLE: readonly Person[] = [
  { login: "ana", name: "Ana", email: null, keys: [KEY], roles: ["operator"] },
];

/** Who did it a second ago, with a log that says this; lines are stamped a minute before. */
async function who(...lines: readonly string[]): Promise<string> {
  const nowMs = Date.now();
  const loginLog = join(folder, "auth.log");
  const stamp = new Date(nowMs - 60_000).toISOString();
  writeFileSync(loginLog, lines.map((line) => `${stamp} fw1 sshd[7]: ${line}\n`).join(""));
  return ask(loginLog, nowMs);
}

test("our own sessions are nobody's, other ones of the same login with another key are", async () => {
  process.env["SSH_CONNECTION"] = "10.9.0.8 5 10.9.0.1 22";
  const again = ROOT.replace("port 5", "port 6");
  const other = ROOT.replace("port 5", "port 7").replace(KEY, "SHA256:b3RoZXI");
  const found = await who(ROOT, again, other);
  delete process.env["SSH_CONNECTION"];
  expect(found).toBe(
    "login root from 10.9.0.8:7 (likely: the ssh session was open; made by `nft`)",
  );
});

async function ask(loginLog: string, nowMs: number, told: Partial<Moment> = {}): Promise<string> {
  const device: NetworkDevice = {
    name: "fw1",
    reach: { kind: "local" },
    sources: [],
    owners: new Map(),
    addresses: new Map(),
    loginLog,
    records: "/var/lib/premortem",
    span: { file: "", line: 1, column: 1, endLine: 1, endColumn: 1 },
  };
  const atMs = nowMs - 1_000;
  const moment = { process: "nft", untold: null, sinceMs: atMs, atMs, nowMs, ...told };
  return whoText(await whoWas(localTransport(), device, PEOPLE, moment));
}

const OPS = "Accepted password for ops2 from 10.9.0.7 port 4 ssh2";
const ROOT = `Accepted publickey for root from 10.9.0.8 port 5 ssh2: ED25519 ${KEY}`;

test("a session that was open is likely, a shared login is told apart by its key", async () => {
  expect(await who(OPS)).toBe(
    "login ops2 from 10.9.0.7:4 (likely: the ssh session was open; made by `nft`)",
  );
  expect(await who(ROOT)).toBe(
    "ana (login root from 10.9.0.8:5) (likely: the ssh session was open; made by `nft`)",
  );
});

test("of several sessions each is named", async () => {
  expect(await who(OPS, ROOT)).toBe(
    "one of login ops2 from 10.9.0.7:4, ana (login root from 10.9.0.8:5) (likely: the ssh session was open; made by `nft`)",
  );
});

test("nobody is blamed where nobody was logged in, or the log cannot be read", async () => {
  const ended = "Disconnected from user ops2 10.9.0.7 port 4";
  expect(await who(OPS, ended)).toBe("unknown (by `nft`): nobody was logged in over ssh");
  expect(await ask(join(folder, "none.log"), Date.now())).toMatch(
    /^unknown \(by `nft`\): `.*none.log` cannot be read: /,
  );
});

test("of what nothing tells, whoever was logged in since the last look may have done it", async () => {
  const nowMs = Date.now();
  const untold = "nothing tells of changes of ipset as they come";
  const polled = { process: null, untold, sinceMs: nowMs - 65_000 };
  const ended = "Disconnected from user ops2 10.9.0.7 port 4";
  await who(OPS, ended);
  const log = join(folder, "auth.log");
  expect(await ask(log, nowMs, polled)).toBe(
    "login ops2 from 10.9.0.7:4 (likely: the ssh session was open)",
  );
  expect(await ask(log, nowMs, { ...polled, sinceMs: nowMs - 5_000 })).toBe(
    `unknown: ${untold}; nobody was logged in over ssh`,
  );
});
