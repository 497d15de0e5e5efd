import { describe, expect, test } from "vitest";
import { single } from "../base/range.ts";
import { judgeIntents } from "./judge.ts";
import type { Hosts, Service } from "./model.ts";
import { addresses, end, forward, parse, tcp } from "./testing/patterns.ts";

const MAIL = end("10.10.2.11 10.10.2.12", "dmz");
const INTERNET = end("198.51.100.0/24", "wan");
const DATABASE = end("10.10.4.10", "data");
const HOSTS: Hosts = {
  others: addresses("10.10.2.11 10.10.2.12 10.10.2.5 10.10.4.10 10.10.5.1"),
  own: addresses("203.0.113.1 10.10.2.1"),
  behind: [
    { addresses: addresses("10.10.2.0/24"), interfaces: ["dmz"] },
    { addresses: addresses("10.10.4.0/24"), interfaces: ["data"] },
  ],
};

/** A firewall that lets mail out, with more chains beside. */
const withChains = (chains: string) =>
  parse(`table inet t {
 chain f {
  type filter hook forward priority 0; policy drop;
  ct state established accept
  iifname "dmz" accept
  ct status dnat accept
 }
 ${chains}
}
`);

const PREROUTING = "chain p { type nat hook prerouting priority dstnat;";
const POSTROUTING = "chain s { type nat hook postrouting priority srcnat;";
const RAW = "chain r { type filter hook prerouting priority raw;";
const LATE = "chain l { type filter hook postrouting priority mangle;";

describe("what shall be possible", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["holds where nothing is changed", "", "holds", ""],
    [
      "is not proved where it is sent to a stranger",
      `${PREROUTING} iifname "dmz" tcp dport 25 dnat ip to 198.51.100.66; }`,
      "undecided",
      "no declared host",
    ],
    [
      "holds where it is sent to a declared host",
      `${PREROUTING} iifname "dmz" tcp dport 25 dnat ip to 10.10.2.5; }`,
      "holds",
      "",
    ],
    [
      "is broken where it is sent to a host behind an interface that is closed",
      `${PREROUTING} iifname "dmz" tcp dport 25 dnat ip to 10.10.4.10; } chain g { type filter hook forward priority 1; oifname "data" drop; }`,
      "broken",
      "",
    ],
    [
      "is not proved where it is sent to a host behind nobody knows what",
      `${PREROUTING} iifname "dmz" tcp dport 25 dnat ip to 10.10.5.1; } chain g { type filter hook forward priority 1; oifname "data" drop; }`,
      "undecided",
      "which interface leads",
    ],
    [
      "is not proved where it is sent to the device",
      `${PREROUTING} iifname "dmz" tcp dport 25 dnat ip to 10.10.2.1; }`,
      "undecided",
      "to the device itself",
    ],
    [
      "is not proved where its packets are given no time to live",
      `${LATE} ip ttl set 1; }`,
      "undecided",
      "sets ip ttl",
    ],
    [
      "is not proved where nobody can say where it is sent",
      `${PREROUTING} iifname "dmz" tcp dport 25 dnat ip to ip saddr map { 10.10.2.11 : 10.10.2.5 }; }`,
      "undecided",
      "not known where to",
    ],
    [
      "holds where it leaves with the device's address",
      `${POSTROUTING} masquerade; }`,
      "holds",
      "",
    ],
    [
      "holds where it leaves with a declared address of the device",
      `${POSTROUTING} snat ip to 203.0.113.1; }`,
      "holds",
      "",
    ],
    [
      "is not proved where it leaves with another's address",
      `${POSTROUTING} snat ip to 203.0.113.99; }`,
      "undecided",
      "no declared address of the device",
    ],
    [
      "is not proved where its replies are looked up in another zone",
      `${RAW} iifname "dmz" ct zone set 1; }`,
      "undecided",
      "zone",
    ],
    ["holds in one zone both ways", `${RAW} ct zone set 1; }`, "holds", ""],
    [
      "is not proved where its port is written anew",
      `${LATE} tcp dport 25 tcp dport set 26; }`,
      "undecided",
      "sets tcp dport",
    ],
    [
      "is not proved where its address is written anew",
      `${LATE} tcp dport 25 ip daddr set 198.51.100.66; }`,
      "undecided",
      "sets ip daddr",
    ],
    [
      "is not proved where its flags are written anew",
      `${LATE} tcp sport 25 tcp flags set rst; }`,
      "undecided",
      "sets tcp flags",
    ],
    [
      "is not proved where a chain at the edge of a device drops",
      '} table netdev e { chain i { type filter hook ingress device "dmz" priority 0; tcp dport 25 drop; }',
      "undecided",
      "chain i of table netdev e",
    ],
    [
      "holds where such a chain drops other packets",
      '} table netdev e { chain i { type filter hook ingress device "wan" priority 0; udp dport 11211 drop; jump j; } chain j { ip saddr 192.0.2.0/24 drop; }',
      "holds",
      "",
    ],
    [
      "holds where such a chain drops at another interface",
      '} table netdev e { chain i { type filter hook ingress device "lan" priority 0; policy drop; }',
      "holds",
      "",
    ],
    [
      "holds where such a chain takes nothing away",
      '} table netdev e { chain i { type filter hook ingress device "dmz" priority 0; counter; }',
      "holds",
      "",
    ],
    [
      "is not proved where ARP is dropped",
      "} table arp a { chain i { type filter hook input priority 0; policy drop; }",
      "undecided",
      "chain i of table arp a",
    ],
    ["holds with another mark and lifetime", `${LATE} mark set 5 ip ttl set 64; }`, "holds", ""],
    [
      "holds where other packets are sent elsewhere",
      `${PREROUTING} iifname "dmz" tcp dport 80 dnat ip to 198.51.100.66; }`,
      "holds",
      "",
    ],
  ];
  test.each(cases)("%s", (_name, chains, status, reason) => {
    const intent = { kind: "reachable", flows: [forward(MAIL, INTERNET, tcp(25))] } as const;
    const [answer] = judgeIntents(withChains(chains), [intent], { hosts: HOSTS });
    expect([answer?.status, answer?.reasons.join("; ")]).toEqual([
      status,
      expect.stringContaining(reason),
    ]);
  });

  test("says that what NAT sends it to is assumed to serve", () => {
    const chains = `${PREROUTING} iifname "dmz" tcp dport 25 dnat ip to 10.10.2.5; }`;
    const intent = { kind: "reachable", flows: [forward(MAIL, INTERNET, tcp(25))] } as const;
    const [answer] = judgeIntents(withChains(chains), [intent], { hosts: HOSTS });
    expect(answer?.assumptions.join("\n")).toMatch(/rules:8 `iifname "dmz".*that what is there/);
  });
});

describe("what shall be closed", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["is closed where nothing leads there", "", "holds"],
    [
      "is open where NAT leads there",
      `${PREROUTING} iifname "wan" ip daddr 203.0.113.1 tcp dport 5432 dnat ip to 10.10.4.10; }`,
      "broken",
    ],
    [
      "is open where NAT leads there from another port",
      `${PREROUTING} iifname "wan" tcp dport 99 dnat ip to 10.10.4.10:5432; }`,
      "broken",
    ],
    [
      "is closed where NAT leads to another port of it",
      `${PREROUTING} iifname "wan" tcp dport 5432 dnat ip to 10.10.4.10:99; }`,
      "holds",
    ],
    [
      "is closed where NAT leads to another host",
      `${PREROUTING} iifname "wan" tcp dport 5432 dnat ip to 10.10.4.11; }`,
      "holds",
    ],
    [
      "may be open where NAT leads to one of several hosts",
      `${PREROUTING} iifname "wan" tcp dport 5432 dnat ip to 10.10.4.10-10.10.4.11; }`,
      "undecided",
    ],
    [
      "may be open where nobody can say where NAT leads",
      `${PREROUTING} iifname "wan" tcp dport 5432 dnat ip to ip daddr map { 203.0.113.1 : 10.10.4.10 }; }`,
      "undecided",
    ],
    [
      "is closed where NAT leads to the device",
      `${PREROUTING} iifname "wan" tcp dport 5432 redirect to :5432; }`,
      "holds",
    ],
    [
      "is closed where NAT leads others there",
      `${PREROUTING} iifname "dmz" tcp dport 5432 dnat ip to 10.10.4.10; }`,
      "holds",
    ],
  ];
  test.each(cases)("%s", (_name, chains, status) => {
    const intent = { kind: "blocked", flows: [forward(INTERNET, DATABASE, tcp(5432))] } as const;
    const [answer] = judgeIntents(withChains(chains), [intent], { hosts: HOSTS });
    expect(answer?.status).toBe(status);
  });

  const rewriting: readonly (readonly [string, string])[] = [
    [
      "an address is written anew",
      'ip daddr 10.10.4.10 drop; iifname "wan" tcp dport 5432 ip daddr set 10.10.4.10;',
    ],
    [
      "a port is written anew",
      'tcp dport 5432 drop; iifname "wan" tcp dport 99 tcp dport set 5432;',
    ],
  ];
  test.each(rewriting)("may be open where %s", (_name, rules) => {
    const device = parse(`table inet t {
 chain r {
  type filter hook prerouting priority raw;
  ${rules}
 }
}
`);
    const flows = [forward(INTERNET, DATABASE, tcp(5432))];
    const [answer] = judgeIntents(device, [{ kind: "blocked", flows }], { hosts: HOSTS });
    expect(answer?.status).toBe("undecided");
  });

  test("of one protocol is not opened by NAT of another one", () => {
    const dns: Service = { kind: "ports", protocol: 17, ports: [single(53n)] };
    const flows = [forward(INTERNET, DATABASE, tcp(5432), dns)];
    const device = withChains(
      `${PREROUTING} iifname "wan" tcp dport 99 dnat ip to 10.10.4.10:53; }`,
    );
    const [answer] = judgeIntents(device, [{ kind: "blocked", flows }], { hosts: HOSTS });
    expect(answer?.status).toBe("holds");
  });
});
