import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { NetworkDevice } from "../../src/operations/inventory/model.ts";
import { pull } from "../../src/operations/inventory/pull.ts";
import { runningDevice } from "../../src/operations/inventory/runningDevice.ts";
import type { Snapshot } from "../../src/operations/inventory/snapshot.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import type { Transport } from "../../src/platform/transport/transport.ts";
import { describeWith } from "../../test/requirements.ts";

/* Devices are read as they run, on the real kernel: nftables beside both back-ends of iptables. */

const NAMESPACE = `pm-pull-${process.pid}`;
const transport = namespaceTransport(NAMESPACE);
const inside = (...words: readonly string[]) =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, "sh", "-ec", words.join("\n")], {
    encoding: "utf8",
  });

let folder = "";
const device = (): NetworkDevice => ({
  name: "fw",
  reach: { kind: "namespace", name: NAMESPACE },
  sources: [join(folder, "nftables.conf"), join(folder, "none.conf")],
  owners: new Map(),
  addresses: new Map(),
  loginLog: "/var/log/auth.log",
  records: "/var/lib/premortem",
  span: { file: "", line: 1, column: 1, endLine: 1, endColumn: 1 },
});

async function pulled(from = transport): Promise<{
  readonly snapshot: Snapshot;
  readonly notSeen: readonly string[];
}> {
  const result = await pull(from, device());
  if (result.kind !== "pulled") throw new Error(result.message);
  return result;
}

/** The same device, where each command runs behind these words. */
function behind(...words: readonly string[]): Transport {
  return {
    ...transport,
    run: (command, options) => transport.run([...words, ...command], options),
  };
}

/** The same device with these programs alone. */
function having(...programs: readonly string[]): Transport {
  const path = mkdtempSync(join(folder, "path-"));
  for (const program of ["sh", "cat", "tail", "ip", ...programs])
    symlinkSync(whereIs(program), join(path, program));
  return behind("env", `PATH=${path}`);
}

const whereIs = (program: string) =>
  execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();

function verdictOf(snapshot: Snapshot, text: string): string {
  const { device: running, refused } = runningDevice(snapshot);
  expect(refused).toEqual([]);
  const spec = parsePacket(text);
  if (isNotationError(spec)) throw new Error(spec.message);
  const verdicts = interpret(running, spec, { host: null }).outcomes.map(({ verdict }) => verdict);
  return [...new Set(verdicts)].join();
}

const packet = (port: number) =>
  `tcp 10.0.0.5:40000 > 10.0.0.1:${port} in=eth0 state=new flags=syn`;

describeWith(["root", "nft", "iptables", "ipset", "ip"], "a device is read as it runs", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "premortem-pull-"));
    execFileSync("ip", ["netns", "add", NAMESPACE]);
  });
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    inside("nft flush ruleset", "ipset destroy");
    writeFileSync(join(folder, "nftables.conf"), "# password\npassword = s3cret\n");
  });

  test("nftables, both families of iptables and ipset are one ruleset", async () => {
    inside(
      "nft add table inet my",
      "nft add chain inet my in '{ type filter hook input priority 10; }'",
      "nft add rule inet my in tcp dport 25 drop",
      "ipset create bad hash:ip; ipset add bad 10.0.0.5",
      "iptables-nft -A INPUT -p tcp --dport 80 -m set --match-set bad src -j DROP",
      "iptables-nft -A INPUT -p tcp --dport 81 -m hashlimit --hashlimit-name x --hashlimit-upto 5/sec -j ACCEPT",
    );
    const { snapshot, notSeen } = await pulled();
    expect([25, 80, 22].map((port) => verdictOf(snapshot, packet(port)))).toEqual([
      "drop",
      "drop",
      "accept",
    ]);
    expect(notSeen).toEqual([]);
  });

  test("legacy tables are seen, though nft shows nothing of them", async () => {
    inside("iptables-legacy -A INPUT -p tcp --dport 25 -j DROP");
    const { snapshot } = await pulled();
    inside("iptables-legacy -F");
    expect(verdictOf(snapshot, packet(25))).toBe("drop");
  });

  test("where nft is not found nobody knows what runs", async () => {
    inside("nft add table inet my", "iptables-legacy -F");
    const { notSeen } = await pulled(having("iptables-legacy-save"));
    expect(notSeen).toContainEqual(expect.stringMatching(/^nft: .*not found: install nftables/));
  });

  test("nor is it needed where iptables says what runs", async () => {
    inside("iptables-legacy -A INPUT -p tcp --dport 25 -j DROP");
    const { snapshot, notSeen } = await pulled(having("iptables-legacy-save"));
    inside("iptables-legacy -F");
    expect(verdictOf(snapshot, packet(25))).toBe("drop");
    expect(notSeen.filter((one) => one.startsWith("nft"))).toEqual([]);
  });

  test("a login that may not see the ruleset does not take it for empty", async () => {
    inside("nft add table inet my");
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const { notSeen } = await pulled(behind(...nobody));
    expect(notSeen).toContainEqual(
      expect.stringMatching(/^nft: .*Operation not permitted: let the login that reads be root/),
    );
  });

  test("the same state has the same name, another state another", async () => {
    inside("nft add table inet my", "iptables-nft -A INPUT -j ACCEPT");
    const first = (await pulled()).snapshot.hash;
    expect((await pulled()).snapshot.hash).toBe(first);
    inside("nft add chain inet my x");
    expect((await pulled()).snapshot.hash).not.toBe(first);
  });

  test("a file that may not be read is not seen; one that is not there is no gap", async () => {
    chmodSync(join(folder, "nftables.conf"), 0);
    const { notSeen } = await pulled(behind("setpriv", "--bounding-set=-all"));
    chmodSync(join(folder, "nftables.conf"), 0o644);
    expect(notSeen.filter((one) => one.includes("conf"))).toEqual([
      expect.stringMatching(/nftables.conf: Permission denied$/),
    ]);
  });

  test("a file that is not UTF-8 is told, since nobody could write it back as it was", async () => {
    writeFileSync(join(folder, "nftables.conf"), Buffer.from("# f\xfcr Postfix\n", "latin1"));
    const path = join(folder, "nftables.conf");
    expect((await pulled()).notSeen).toEqual([
      `${path}: it is not UTF-8: convert it (iconv -f latin1 -t utf-8)`,
    ]);
  });

  test("nor is a ruleset whose comments are not UTF-8", async () => {
    inside("nft add table inet my { comment \\\"$(printf 'f\\374r')\\\" \\; }");
    expect((await pulled()).notSeen).toEqual([expect.stringMatching(/^nft: it is not UTF-8/)]);
  });

  test("secrets of source files are not in it", async () => {
    expect(JSON.stringify((await pulled()).snapshot)).not.toContain("s3cret");
  });

  test("reading changes nothing", async () => {
    const before = inside("nft list ruleset; ip -j address");
    await pulled();
    expect(inside("nft list ruleset; ip -j address")).toBe(before);
  });
});
