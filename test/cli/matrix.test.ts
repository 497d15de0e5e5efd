import { describe, expect, test } from "vitest";
import { premortem, temporaryFiles } from "./premortem.ts";

const MAIL = "examples/mail";
const EDGE = `${MAIL}/edge.nft`;

interface Hosts {
  readonly id: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly more: number;
  readonly interfaces: string | null;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly reach: string;
  readonly dependsOn: readonly string[];
  readonly example: string;
  readonly by: { readonly rule?: { readonly line: number } };
}

interface Told {
  readonly sources: readonly Hosts[];
  readonly destinations: readonly Hosts[];
  readonly edges: readonly Edge[];
}

function matrix(...args: readonly string[]): Told {
  const { out, error, code } = premortem(["matrix", ...args, "--json"]);
  expect({ code, error }).toEqual({ code: 0, error: "" });
  return JSON.parse(out);
}

/** Who reaches whom, by name. */
function reached({ sources, destinations, edges }: Told): readonly string[] {
  const names = new Map([...sources, ...destinations].map(({ id, name }) => [id, name]));
  return edges
    .filter(({ reach }) => reach !== "no")
    .map(({ from, to, reach }) => `${names.get(from)} → ${names.get(to)}: ${reach}`)
    .sort();
}

describe("the mail network", () => {
  const NETWORK = ["--network", `${MAIL}/premortem.yaml`];

  test("mail leaves from the mail servers alone, and comes in by the address of the edge", () => {
    const told = matrix(EDGE, "--service", "smtp", ...NETWORK);
    expect(reached(told)).toEqual([
      "10.10.1.0/24 but not 10.10.1.10 → balancer: yes",
      "10.10.1.10 → 10.10.2.11-10.10.2.12, 10.10.4.10: yes",
      "10.10.1.10 → balancer: yes",
      "internet → 203.0.113.1: yes",
      "internet → 203.0.113.1: yes",
      "mail-servers → 203.0.113.1: yes",
      "mail-servers → internet: yes",
    ]);
    const rules = told.edges
      .filter(({ reach, example }) => reach === "yes" && example.startsWith("tcp 10.10.2.12:"))
      .map(({ by }) => by.rule?.line);
    expect(new Set(rules)).toEqual(new Set([31]));
  });

  test("names of the network file narrow both ends", () => {
    const ends = ["--from", "mail-servers", "--to", "internet"];
    const { sources, destinations } = matrix(EDGE, "--service", "tcp/25", ...NETWORK, ...ends);
    expect(sources.map(({ prefixes }) => prefixes)).toEqual([["10.10.2.11", "10.10.2.12"]]);
    expect(destinations).toHaveLength(1);
  });

  test("without a network file sets of the ruleset are named", () => {
    const { sources } = matrix(EDGE, "--service", "smtp");
    expect(sources.map(({ name, interfaces }) => [name, interfaces])).toContainEqual([
      "@mail_servers",
      'not "wan"',
    ]);
  });
});

describe("what is not known", () => {
  const file = temporaryFiles({
    "rules.nft": `table inet t {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ip saddr 10.0.0.0/24 tcp dport 22 limit rate 3/minute accept
    ip saddr 10.0.1.0/24 tcp dport 22 tcp sport 22 accept
    ip saddr 10.0.2.0/24 tcp dport 22 accept
    ip saddr 10.0.3.0/24 tcp sport 1024-65535 tcp dport 22 accept
  }
}
`,
    "holes.nft": `table inet t {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ip saddr & 0.0.0.3 == 0.0.0.1 accept
  }
}
`,
  });
  const ask = (...args: readonly string[]) =>
    reached(matrix(file("rules.nft"), "--service", "ssh", "--to", "192.0.2.1", ...args));

  test("is told by what it hangs on", () => {
    const { edges } = matrix(file("rules.nft"), "--service", "ssh", "--to", "192.0.2.1");
    const depends = edges.flatMap(({ dependsOn }) => dependsOn).sort();
    expect(depends).toEqual(["limit", "source port"]);
  });

  test("counts as one or the other where that is wished", () => {
    expect(ask()).toHaveLength(3);
    expect(ask("--unknown", "deny")).toEqual(["10.0.2.0/23 → any: yes"]);
    expect(ask("--unknown", "allow")).toEqual(["10.0.0.0/22 → any: yes"]);
  });

  test("is no answer where it cannot be analysed", () => {
    const { code, error, out } = premortem(["matrix", file("holes.nft"), "--service", "ssh"]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(error).toContain("not analysed");
    expect(error).toContain("--from");
  });
});

describe("what cannot be asked is told with a remedy", () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["a service that is none", ["--service", "tcp/x"], /`tcp\/x` is no service[\s\S]*tcp\/22/],
    ["no service", [], /--service/],
    ["a name without a network file", ["--service", "ssh", "--from", "lan"], /--network/],
    ["a path that is none", ["--service", "ssh", "--path", "x"], /forward/],
  ];
  test.each(cases)("%s", (_name, args, message) => {
    const { code, error, out } = premortem(["matrix", EDGE, ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toMatch(message);
  });
});

describe("a service has the name that the network file gives it", () => {
  const file = temporaryFiles({
    "network.yaml": `devices:
  edge: { reach: local, sources: edge.nft }
services: { web: [http, tcp/443] }
roles: { clients: 10.0.0.0/24, server: 192.0.2.1 }
zones:
  a: { device: edge, interfaces: a, addresses: 10.0.0.0/24 }
  b: { device: edge, interfaces: b, addresses: 192.0.2.0/24 }
intents: {}
`,
    "edge.nft": `table ip t {
 chain f {
  type filter hook forward priority 0; policy drop;
  ip saddr 10.0.0.0/24 ip daddr 192.0.2.1 tcp dport { 80, 443 } accept
 }
}
`,
  });
  const words = () => ["--network", file("network.yaml"), "--from", "clients", "--to", "server"];

  test("all of its ports are asked for", () => {
    const { edges } = matrix(file("edge.nft"), "--service", "web", ...words());
    expect(edges.map(({ reach }) => reach)).toEqual(["yes"]);
  });

  test.each(["junit", "markdown", "sarif"])("it is told as %s", (format) => {
    const args = ["matrix", file("edge.nft"), "--service", "web", ...words(), "--format", format];
    const { code, out } = premortem(args);
    expect(code).toBe(0);
    expect(out).toContain("web, forward: 1 pair of hosts: 1 yes");
  });
});
