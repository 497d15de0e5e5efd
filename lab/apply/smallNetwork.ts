import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/*
 * A firewall between a mail host and the internet, each a namespace of its own, with something that
 * answers on port 25 outside.
 */

export interface SmallNetwork {
  readonly firewall: string;
  readonly mail: string;
  /** The source file of the firewall, and where it keeps its records. */
  readonly source: string;
  readonly state: string;
  readonly folder: string;
  /** Runs a command in the firewall, and gives what it printed. */
  inside(args: readonly string[], input?: string): string;
  down(): Promise<void>;
}

export const OUTSIDE = "198.51.100.7";

const SERVER = `
const server = require("node:net").createServer((socket) => socket.end("220 here\\r\\n"));
server.listen(25, "${OUTSIDE}", () => console.log("listening"));
`;

/** `name` tells networks of several tests apart: eight characters at most. */
export async function smallNetwork(name: string, ruleset: string): Promise<SmallNetwork> {
  const ids = ["fw", "mail", "net"].map((id) => `pm-${name}-${id}`);
  const [firewall = "", mail = "", net = ""] = ids;
  const folder = mkdtempSync(join(tmpdir(), "premortem-small-"));
  const ip = (...args: readonly string[]) => execFileSync("ip", args, { stdio: "pipe" });
  const within = (id: string, ...args: readonly string[]) => ip("netns", "exec", id, ...args);
  for (const id of ids) ip("netns", "add", id);
  const join2 = (id: string, there: string, address: string, own: string) => {
    ip(
      "link",
      "add",
      "eth0",
      "netns",
      id,
      "type",
      "veth",
      "peer",
      "name",
      there,
      "netns",
      firewall,
    );
    within(firewall, "ip", "address", "add", `${own}/24`, "dev", there);
    within(firewall, "ip", "link", "set", there, "up");
    within(id, "ip", "address", "add", `${address}/24`, "dev", "eth0");
    within(id, "ip", "link", "set", "eth0", "up");
    within(id, "ip", "link", "set", "lo", "up");
    within(id, "ip", "route", "add", "default", "via", own);
  };
  join2(mail, "in0", "10.9.2.11", "10.9.2.1");
  join2(net, "out0", OUTSIDE, "198.51.100.1");
  within(firewall, "ip", "link", "set", "lo", "up");
  within(firewall, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  const source = join(folder, "nftables.conf");
  writeFileSync(source, ruleset);
  within(firewall, "nft", "-f", source);
  const server = spawn("ip", ["netns", "exec", net, process.execPath, "-e", SERVER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: server.stdout }), "line");
  return {
    firewall,
    mail,
    source,
    state: join(folder, "state"),
    folder,
    inside: (args, input = "") =>
      execFileSync("ip", ["netns", "exec", firewall, ...args], { input, encoding: "utf8" }),
    down: async () => {
      const gone = once(server, "exit");
      server.kill("SIGKILL");
      await gone;
      for (const id of ids) ip("netns", "delete", id);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
