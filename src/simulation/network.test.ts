import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProbeMonitor } from "../operations/inventory/monitors.ts";
import { parseNetwork } from "../operations/inventory/networkFile.ts";
import { followFiles } from "../operations/monitor/follow.ts";
import { readHostFacts } from "../operations/monitor/hostFacts.ts";
import { queueCommand, readQueue } from "../operations/monitor/queue.ts";
import { runProbe } from "../operations/probe/run.ts";
import { openVantages } from "../operations/probe/vantage.ts";
import { openFolder } from "./folder.ts";
import { MAIL_LOG } from "./hosts/configuration.ts";
import { type MailNetwork, openMailNetwork } from "./network.ts";
import { openTime, runInRealTime } from "./time.ts";
import { fatalCommand } from "./world/ruleset.ts";

const STEP_MS = 40;
let folder = "";
let stop = () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "premortem-simulation-"));
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

function open() {
  const { networkFile } = openFolder(folder, () => "told-to-nobody-else");
  const { network: file, diagnostics } = parseNetwork(
    networkFile,
    readFileSync(networkFile, "utf8"),
  );
  if (file === null) throw new Error(JSON.stringify(diagnostics));
  expect(diagnostics).toEqual([]);
  const time = openTime(Date.UTC(2026, 2, 2, 8));
  const network = openMailNetwork({ time, seed: 1, rate: 2, saved: null });
  stop = runInRealTime(time, STEP_MS, (fault) => {
    throw fault;
  });
  const transportOf = (name: string) => {
    const device = network.devices.get(name);
    if (device === undefined) throw new Error(`no device ${name}`);
    return device.transport;
  };
  const clock = Date.now;
  const vantageOf = openVantages(file.devices, transportOf, clock);
  const probe = async (id: string) => {
    const monitor = file.monitors.find((one) => one.id === id) as ProbeMonitor;
    const { outcome, stage, reason } = await runProbe(monitor, { clock, transportOf, vantageOf });
    return reason === null ? `${outcome} ${stage}` : `${outcome} ${stage}: ${reason}`;
  };
  return { file, network, transportOf, probe };
}

function byHand(network: MailNetwork, script: string): void {
  expect(network.firewall.kernel.run(script).kind).toBe("loaded");
}

const PROBES = [
  "mail1-out",
  "mail2-names",
  "mail1-database",
  "users-submission",
  "users-imap",
  "round-trip",
];

describe("monitors as they ask real hosts,", () => {
  test("find that everything works", async () => {
    const { probe } = open();
    const found = await Promise.all(PROBES.map(probe));
    expect(found).toEqual(PROBES.map(() => "ok done"));
  }, 30_000);

  test("fail where the rule is in the way", async () => {
    const { probe, network } = open();
    expect(await probe("users-imap")).toBe("ok done");
    byHand(network, fatalCommand("first"));
    const found = await Promise.all(PROBES.map(probe));
    expect(found).toEqual([
      "failed connect: nothing more came within 3000 ms",
      "failed connect: nothing more came within 3000 ms",
      "failed handshake: nothing more came within 3000 ms",
      expect.stringContaining("failed login"),
      expect.stringContaining("failed"),
      expect.stringContaining("failed mailbox"),
    ]);
  }, 60_000);

  test("are told of a rejection", async () => {
    const { probe, network } = open();
    byHand(
      network,
      "insert rule inet edge forward ip saddr @mail tcp dport 5432 reject with tcp reset",
    );
    expect(await probe("mail1-database")).toBe(
      "failed handshake: connect to 10.10.4.10:5432: Connection refused",
    );
  });
});

test("a mail server says which connections it needs, and from where", async () => {
  const { file, transportOf } = open();
  const monitor = file.monitors.find(({ id }) => id === "mail1-postfix");
  const device = file.devices.get("mail1");
  if (monitor?.kind !== "postfix" || device === undefined) throw new Error("no monitor");
  const facts = await readHostFacts(transportOf("mail1"), device, monitor);
  if (facts.kind !== "facts") throw new Error(facts.message);
  expect(facts.notSeen).toEqual([]);
  expect(facts.host.unknown).toEqual([]);
  const needs = facts.host.needs.map(({ program, host, port }) => `${program} ${host}:${port}`);
  expect([...new Set(needs)].sort()).toEqual([
    "dovecot 10.10.4.10:5432",
    "postfix 10.10.4.10:5432",
    "system 44.128.1.53:53",
  ]);
  expect(facts.host.sourceOf("10.10.4.10")).toBe("10.10.2.11");
});

test("logs are followed, and queues looked at and flushed", async () => {
  const { network, transportOf } = open();
  byHand(network, fatalCommand("wan"));
  const transport = transportOf("mail1");
  const ending = new AbortController();
  const deferred = new Promise<string>((resolve) => {
    const onLine = (line: string) => {
      if (line.includes("status=deferred")) resolve(line);
    };
    void followFiles(transport, [MAIL_LOG], { onReady: () => undefined, onLine }, ending.signal);
  });
  expect(await deferred).toContain("Name service error");
  ending.abort();
  const look = async () => {
    const ran = await transport.run(queueCommand("/etc/postfix"));
    return ran.kind === "ran" ? readQueue(ran.out, 0) : null;
  };
  const waiting = await look();
  expect(waiting?.deferred).toBeGreaterThan(0);
  expect(waiting?.reasons[0]?.trouble.kind).toBe("names");
  const flushed = await transport.run(["postqueue", "-c", "/etc/postfix", "-f"]);
  expect(flushed).toMatchObject({ kind: "ran", code: 0 });
}, 30_000);

test("whoever locks premortem out of the firewall is told by its next connection", async () => {
  const { network, transportOf } = open();
  expect(await transportOf("fw1").knock(1_000)).toBeNull();
  byHand(network, "insert rule inet edge input tcp dport 22 drop");
  expect(await transportOf("fw1").knock(1_000)).toMatchObject({ fault: "unreachable" });
  expect(await transportOf("mail1").knock(1_000)).toBeNull();
});

test("who types twice has come once", async () => {
  const { network } = open();
  const login = { login: "netops", address: "172.30.9.101", key: null };
  await network.firewall.byHand(login, ["nft", "list", "ruleset"]);
  await network.firewall.byHand(login, ["nft", "list", "ruleset"]);
  await network.firewall.byHand({ ...login, login: "ana" }, ["nft", "list", "ruleset"]);
  const log = network.firewall.files.get("/var/log/auth.log") ?? "";
  expect(log.match(/Accepted password for \w+/g)).toEqual([
    "Accepted password for netops",
    "Accepted password for ana",
  ]);
});

test("what the firewall ran before comes back, with its files", () => {
  const { network } = open();
  byHand(network, "add rule inet edge forward tcp dport 4711 drop");
  const again = openMailNetwork({ time: openTime(0), seed: 1, rate: 0, saved: network.save() });
  const shown = { stateless: true, handles: false, terse: false };
  expect(again.firewall.kernel.list(shown)).toBe(network.firewall.kernel.list(shown));
  expect(again.firewall.files.get("/etc/nftables.conf")).toContain("table inet edge");
});
