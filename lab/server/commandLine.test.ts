import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { describeWith } from "../../test/requirements.ts";
import { type SmallNetwork, smallNetwork } from "../apply/smallNetwork.ts";
import { networkFileOf } from "./networkFile.ts";
import { type Desk, openDesk, type ServerProcess, startServer } from "./server.ts";

/* The loop as a person walks it, with the built command line and server, on a firewall of the kernel. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ruleset = (more = "") => `flush ruleset

table inet edge {
  chain forward {
    type filter hook forward priority filter; policy drop;
${more}    ct state established,related accept
    iifname "in0" ip saddr 10.9.2.0/24 tcp dport 25 accept
  }
}
`;
const FATAL = "ip saddr 10.9.2.8/29 drop";

describeWith(["root", "nft", "ip"], "the command line", () => {
  let small: SmallNetwork;
  let server: ServerProcess;
  let desk: Desk;
  const write = (name: string, text: string) => {
    const path = join(small.folder, name);
    writeFileSync(path, text);
    return `${path}=${small.source}`;
  };

  beforeAll(async () => {
    small = await smallNetwork(`c${process.pid}`, ruleset());
    /* As root the database runs as a user of its own, who has to come through. */
    chmodSync(small.folder, 0o711);
    const file = join(small.folder, "premortem.yaml");
    writeFileSync(file, networkFileOf(small));
    const data = join(small.folder, "data");
    server = await startServer({ networkFile: file, data });
    desk = openDesk(server, small.folder, data);
    desk.login("ana");
    desk.login("bob");
  });
  afterAll(async () => {
    const code = await server.end();
    await small.down();
    expect(code).toBe(0);
  });

  test("nothing is well before a person has looked at it", () => {
    const { code, out } = desk.as("ana", "status");
    expect(out).toContain("not watched: nobody has adopted a baseline");
    expect(code).toBe(3);
    expect(desk.as("ana", "init").error).toContain("nobody is there to be asked");
  });

  test("a baseline is adopted, and what runs is watched from then on", async () => {
    expect(desk.as("ana", "init", "fw", "--yes").code).toBe(0);
    await vi.waitFor(
      () => expect(desk.as("ana", "status").out).toContain("runs what was approved"),
      {
        timeout: 20_000,
      },
    );
    expect(desk.as("ana", "pull", "fw").out).toContain("1 hold, 0 broken");
  });

  test("the fatal change is refused, with the line and the promise that it breaks", () => {
    const { code, out } = desk.as(
      "ana",
      "propose",
      "fw",
      write("fatal", ruleset(`    ${FATAL}\n`)),
    );
    expect(code).toBe(1);
    expect(out).toContain("BREAKS 1 intent");
    expect(out).toMatch(/drop {2}\S+nftables\.conf:6 {2}ip saddr 10\.9\.2\.8\/29 drop/);
    const shown = /^shown (\w+)$/m.exec(desk.as("bob", "changes", "1").out)?.[1] ?? "";
    expect(desk.as("bob", "approve", "1", "--shown", shown).code).toBe(0);
    const applied = desk.as("ana", "apply", "1");
    expect(applied.code).toBe(1);
    expect(applied.error).toContain("mail-out");
  });

  test("an override is granted by who looked at exactly it, and for a week at most", () => {
    const ask = ["override", "1", "--reason", "the line is cut anyway", "--hours"];
    expect(desk.as("ana", ...ask, "169").error).toContain("take a number up to 168");
    expect(desk.as("ana", ...ask, "1").out).toContain("asked by ana");
    expect(desk.as("bob", "grant", "1").error).toContain("nobody is there to be asked");
    const hash = /^override (\w{64})$/m.exec(desk.as("bob", "changes", "1").out)?.[1] ?? "";
    expect(desk.as("ana", ...ask, "2").code).toBe(0);
    expect(desk.as("bob", "grant", "1", "--override", hash).error).toContain("nothing was done");
    const now = /^override (\w{64})$/m.exec(desk.as("bob", "changes", "1").out)?.[1] ?? "";
    expect(desk.as("bob", "grant", "1", "--override", now).out).toContain("granted by bob");
    expect(desk.as("ana", "withdraw", "1").code).toBe(0);
  });

  test("nobody approves what they wrote, nor what they did not look at", () => {
    const proposed = desk.as(
      "bob",
      "propose",
      "fw",
      write("good", ruleset("    ip saddr 192.0.2.1 drop\n")),
    );
    expect(proposed.code).toBe(0);
    const shown = /^shown (\w+)$/m.exec(desk.as("bob", "changes", "2").out)?.[1] ?? "";
    expect(desk.as("bob", "approve", "2", "--shown", shown)).toMatchObject({ code: 1 });
    expect(desk.as("bob", "approve", "2", "--shown", "00000000").error).toContain("nothing was");
    expect(desk.as("ana", "withdraw", "2").code).toBe(0);
  });

  test("a change that somebody else approved is applied, and stays", () => {
    const file = write("good", ruleset("    ip saddr 192.0.2.2 drop\n"));
    expect(desk.as("ana", "propose", "fw", file).code).toBe(0);
    const shown = /^shown (\w+)$/m.exec(desk.as("bob", "changes", "3").out)?.[1] ?? "";
    expect(desk.as("bob", "approve", "3", "--shown", shown).code).toBe(0);
    const { code, out, error } = desk.as("ana", "apply", "3");
    expect([code, error]).toEqual([0, expect.stringContaining("  confirmed\n")]);
    expect(out).toContain("✓ read-back: the candidate runs");
    expect(small.inside(["nft", "list", "ruleset"])).toContain("192.0.2.2");
  });

  test("a rule by hand opens an incident that names it, and one command takes it back", async () => {
    const before = small.inside(["nft", "-s", "list", "ruleset"]);
    small.inside(["nft", "insert", "rule", "inet", "edge", "forward", ...FATAL.split(" ")]);
    await vi.waitFor(
      () => expect(desk.as("ana", "incident", "1").out).toContain(`inet edge forward: ${FATAL}`),
      { timeout: 20_000 },
    );
    expect(desk.as("ana", "status").code).toBe(1);
    const running = small.inside(["nft", "-s", "list", "ruleset"]);
    const proposed = desk.as("ana", "undo", "--dry-run");
    expect([proposed.code, proposed.error]).toEqual([0, ""]);
    expect(proposed.out).toContain(`  - ${FATAL}\n  proved to restore: mail-out\n`);
    expect(proposed.out).toMatch(/SCRIPT\n {2}delete rule inet edge forward handle \d+\n/);
    expect(small.inside(["nft", "-s", "list", "ruleset"])).toBe(running);
    const undone = desk.as("ana", "undo");
    expect([undone.code, undone.error]).toEqual([0, ""]);
    expect(small.inside(["nft", "-s", "list", "ruleset"])).toBe(before);
    await vi.waitFor(() => expect(desk.as("ana", "close", "1").code).toBe(0), { timeout: 20_000 });
    expect(desk.as("ana", "postmortem", "1").out).toContain(`    ${FATAL}`);
  });

  test("drift that breaks nothing is told, and taken back", async () => {
    const before = small.inside(["nft", "-s", "list", "ruleset"]);
    const rule = "ip saddr 192.0.2.9 drop".split(" ");
    small.inside(["nft", "insert", "rule", "inet", "edge", "forward", ...rule]);
    await vi.waitFor(() => expect(desk.as("ana", "status").out).toContain("drift, "), {
      timeout: 20_000,
    });
    const reverted = desk.as("ana", "revert", "fw", "--yes");
    expect([reverted.code, reverted.out]).toEqual([
      0,
      expect.stringContaining("  - ip saddr 192.0.2.9 drop"),
    ]);
    expect(small.inside(["nft", "-s", "list", "ruleset"])).toBe(before);
  });

  test("the trail tells who did what, and is whole", () => {
    const { out } = desk.as("ana", "trail");
    expect(out).toMatch(/bob +change\.approved +change\/3/);
    expect(out).toMatch(/ana +incident\.closed +incident\/1|ana +incident\.undo/);
    expect(desk.as("ana", "trail", "--verify")).toMatchObject({ code: 0 });
  });

  test("what cannot be done says why, and what to do", () => {
    expect(desk.as("ana", "token", "create", "bob").error).toContain("is no admin");
    expect(desk.as("ana", "changes", "99").error).toContain("there is no change 99");
    expect(desk.as("ana", "propose", "fw9", write("good", ruleset())).error).toContain(
      "there is no device `fw9`",
    );
    expect(desk.as("nobody", "status").error).toContain("there is no token to read");
  });
});
