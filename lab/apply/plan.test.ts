import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Planned, planApply } from "../../src/operations/apply/plan.ts";
import type { NetworkDevice } from "../../src/operations/inventory/model.ts";
import { parseNetwork } from "../../src/operations/inventory/networkFile.ts";
import { pull } from "../../src/operations/inventory/pull.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import { describeWith } from "../../test/requirements.ts";

/* What apply would load is tried by the real kernel, and refused where it could not be taken back. */

const NAMESPACE = `pm-plan-${process.pid}`;
const SCRIPT = "src/operations/apply/device/premortem-device.sh";
const transport = namespaceTransport(NAMESPACE);
const EDGE = readFileSync("examples/mail/edge.nft", "utf8");
const inside = (args: readonly string[], input = "") =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, ...args], { input, encoding: "utf8" });
const nft = (script: string) => inside(["nft", "-f", "-"], script);

let state = "";
const PATH = "/etc/nftables.conf";

function edge(more: Partial<NetworkDevice> = {}): NetworkDevice {
  const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));
  const device = network?.devices.get("edge");
  if (device === undefined) throw new Error("no device");
  return { ...device, ...more };
}

async function plan(text: string, device = edge()): Promise<Planned> {
  const pulled = await pull(transport, { ...device, sources: [] });
  if (pulled.kind !== "pulled") throw new Error(pulled.message);
  return planApply({
    id: 1,
    device,
    snapshot: pulled.snapshot,
    files: new Map([[PATH, text]]),
    windowS: 60,
    transport,
    part: { script: SCRIPT, state },
  });
}

const why = (planned: Planned) =>
  planned.kind === "planned" ? "planned" : `${planned.reason}; ${planned.help}`;

describeWith(["root", "nft", "ip"], "a plan", () => {
  beforeAll(() => {
    state = mkdtempSync(join(tmpdir(), "premortem-plan-"));
    execFileSync("ip", ["netns", "add", NAMESPACE]);
  });
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
    rmSync(state, { recursive: true, force: true });
  });
  beforeEach(() => nft(EDGE));

  test("holds the own tables, from one state to the other and back, and nobody else's", async () => {
    nft("table ip docker {\n chain x {\n }\n}\n");
    const planned = await plan(EDGE.replace("snat to $PUBLIC", "snat to 203.0.113.2"));
    if (planned.kind !== "planned") throw new Error(why(planned));
    const { load, restore, tables, base, candidate } = planned.plan;
    expect(tables).toEqual(["inet edge", "ip nat"]);
    expect(`${load}${restore}${base}${candidate}`).not.toMatch(/docker|flush ruleset/);
    nft(load);
    expect(inside(["nft", "-s", "list", "ruleset"])).toContain("snat to 203.0.113.2");
    nft(restore);
    expect(inside(["nft", "-s", "list", "ruleset"])).toContain("snat to 203.0.113.1");
    expect(inside(["nft", "list", "tables"])).toContain("docker");
  });

  test("touches nothing", async () => {
    const before = inside(["nft", "-a", "list", "ruleset"]);
    await plan(EDGE.replace("policy accept", "policy drop"));
    expect(inside(["nft", "-a", "list", "ruleset"])).toBe(before);
  });

  test("counts what the load takes out of sets that are filled from outside", async () => {
    nft("add set inet edge guests { type ipv4_addr; flags timeout; }\n");
    nft("add element inet edge guests { 192.0.2.1 timeout 1h }\n");
    const planned = await plan(EDGE);
    expect(planned).toMatchObject({
      plan: { losses: ["1 element of set `guests` of inet edge cannot be kept"] },
    });
    expect(
      await plan(`${EDGE}add set inet edge guests { type ipv4_addr; timeout 1d; }\n`),
    ).toMatchObject({
      plan: { losses: [], live: { carried: ["set inet edge guests"] } },
    });
  });

  test("runs what files include, as the change has it", async () => {
    const more = "/etc/nftables.d/more.nft";
    const device = edge({ sources: [PATH, more] });
    const pulled = await pull(transport, { ...device, sources: [] });
    if (pulled.kind !== "pulled") throw new Error(pulled.message);
    const files = new Map([
      [PATH, `${EDGE}include "/etc/nftables.d/*.nft"\n`],
      [more, "add rule inet edge input tcp dport 4711 drop\n"],
    ]);
    const part = { script: SCRIPT, state };
    const { snapshot } = pulled;
    const planned = await planApply({
      id: 1,
      device,
      snapshot,
      files,
      windowS: 60,
      transport,
      part,
    });
    expect(planned).toMatchObject({ plan: { load: expect.stringContaining("4711") } });
  });

  const REFUSED: readonly (readonly [string, string, Partial<NetworkDevice>, RegExp])[] = [
    [
      "what the kernel does not take",
      `${EDGE}add rule inet edge nowhere drop\n`,
      {},
      /would refuse it/,
    ],
    ["a table of nobody", `${EDGE}table ip new {}\n`, {}, /makes table `ip new`/],
    ["a device without own tables", EDGE, { owners: new Map() }, /owns no table/],
    ["a line that cuts the input", `${EDGE}=== base\n`, {}, /begins with/],
  ];
  test.each(REFUSED)("is refused for %s", async (_name, text, more, reason) => {
    expect(why(await plan(text, edge(more)))).toMatch(reason);
  });

  test("is refused where iptables-nft writes", async () => {
    inside(["iptables-nft", "-A", "INPUT", "-p", "tcp", "-m", "recent", "--set", "-j", "DROP"]);
    expect(why(await plan(EDGE))).toMatch(/could not be restored: .*iptables-nft/);
    inside(["iptables-nft", "-F"]);
  });

  test("is refused where the legacy back-end has rules", async () => {
    inside(["iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "9", "-j", "DROP"]);
    expect(why(await plan(EDGE))).toMatch(/iptables-legacy has rules that nft does not see/);
    inside(["iptables-legacy", "-F"]);
  });
});
