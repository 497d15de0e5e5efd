import { expect, test } from "vitest";
import { isListening, MONITOR } from "../../operations/audit/listening.ts";
import { parseNetwork } from "../../operations/inventory/networkFile.ts";
import { pull } from "../../operations/inventory/pull.ts";
import { partOf } from "../../operations/inventory/snapshot.ts";
import { bootFile, testFirewall } from "../testing/firewall.ts";
import { openTime } from "../time.ts";

const BEGIN_MS = Date.UTC(2026, 0, 5, 12);

function begun() {
  const time = openTime(BEGIN_MS);
  const firewall = testFirewall(time);
  const run = async (...command: readonly string[]) => {
    const ran = await firewall.transport.run(command);
    if (ran.kind === "fault") throw new Error(ran.message);
    return ran;
  };
  return { time, firewall, run };
}

test("it is read as any device is, and nothing of it stays unseen", async () => {
  const { firewall } = begun();
  const { network } = parseNetwork(
    "premortem.yaml",
    "devices: { fw1: { reach: simulated:fw1, sources: /etc/nftables.conf } }\nzones: {}\n",
  );
  const device = network?.devices.get("fw1");
  if (device === undefined) throw new Error("no device");
  const pulled = await pull(firewall.transport, device);
  if (pulled.kind !== "pulled") throw new Error(pulled.message);
  expect(pulled.notSeen).toEqual([]);
  expect(partOf(pulled.snapshot, "/etc/nftables.conf")).toBe(bootFile());
  expect(partOf(pulled.snapshot, "nft")).toContain('comment "mail to internet"');
  expect(partOf(pulled.snapshot, "iptables-nft")).toBeNull();
  expect(JSON.parse(partOf(pulled.snapshot, "addresses") ?? "")).toHaveLength(4);
});

test("a program that it does not have is not found, as a shell says it", async () => {
  const { run } = begun();
  expect(await run("postqueue", "-j")).toMatchObject({
    code: 127,
    error: "sh: 1: postqueue: not found\n",
  });
});

test("what is registered is asked first, the last of it before all", async () => {
  const { firewall, run } = begun();
  firewall.onRun(([program]) => (program === "true" ? { code: 7, out: "", error: "" } : null));
  expect((await run("true")).code).toBe(7);
  expect((await run("cat", "/etc/nftables.conf")).out).toBe(bootFile());
});

test("nft is asked in all the ways in which premortem asks it", async () => {
  const { run } = begun();
  expect((await run("nft", "list", "tables")).out).toBe("table inet edge\n");
  expect((await run("nft", "-s", "list", "table", "inet", "edge")).out).toBe(
    (await run("nft", "-s", "list", "ruleset")).out,
  );
  await run("nft", "add", "element", "inet", "edge", "bans", "{ 192.0.2.7 timeout 1h }");
  expect((await run("nft", "list", "set", "inet", "edge", "bans")).out).toContain(
    "elements = { 192.0.2.7 timeout 1h expires 1h }",
  );
  expect((await run("nft", "-t", "list", "ruleset")).out).not.toContain("192.0.2.7");
  expect(await run("nft", "list", "table", "inet", "nobody")).toMatchObject({ code: 1 });
  expect(await run("nft", "-c", "flush", "everything")).toMatchObject({ code: 1 });
});

test("its monitor is among the listeners before it tells, and not any more when it is stopped", async () => {
  const { firewall, run } = begun();
  const stream = firewall.transport.stream(MONITOR);
  const lines = stream.lines[Symbol.asyncIterator]();
  const id = String((await lines.next()).value);
  const never = new AbortController().signal;
  expect(await isListening(firewall.transport, id, never)).toBe(true);
  await run("nft", "add", "rule", "inet", "edge", "forward", "drop");
  expect((await lines.next()).value).toBe("add rule inet edge forward drop");
  expect((await lines.next()).value).toMatch(/^# new generation \d+ by process \d+ \(nft\)$/);
  stream.stop();
  expect(await stream.ended).toEqual({ kind: "ended", code: null });
  expect((await run("cat", "/proc/net/netlink")).out).not.toContain(id);
});

test("who works by hand stands in the log of logins, and leaves it", async () => {
  const { firewall, time } = begun();
  const carla = { login: "carla", address: "10.9.9.77", key: "SHA256:abc" };
  const said = await firewall.byHand(carla, ["nft", "flush", "table", "inet", "nobody"]);
  expect(said.code).toBe(1);
  time.advance(61_000);
  expect(firewall.files.get("/var/log/auth.log")?.split("\n")).toEqual([
    expect.stringMatching(
      /^2026-01-05T12:00:00.000\+00:00 fw1 sshd\[\d+\]: Accepted publickey for carla from 10\.9\.9\.77 port \d+ ssh2: ED25519 SHA256:abc$/,
    ),
    expect.stringMatching(/sshd\[\d+\]: Disconnected from user carla 10\.9\.9\.77 port \d+$/),
    "",
  ]);
});
