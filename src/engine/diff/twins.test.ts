import { describe, expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { parse } from "./testing/rulesets.ts";

type Case = readonly [name: string, before: string, after: string, true | false | "undecided"];

/** Tracked, so that fragments are put together before any rule sees them. */
const saved = (rules: string, chains = "") => `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
${chains}-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
${rules}
COMMIT
`;
const translated = (rules: string, chains = "") => `table ip filter {
 chain INPUT { type filter hook input priority 0; policy drop;
  ct state related,established accept
${rules}
 }
 chain FORWARD { type filter hook forward priority 0; }
 chain OUTPUT { type filter hook output priority 0; }
${chains}}
`;
const RATE = "limit rate 2/second burst 5 packets";
const PING = "-p icmp -m icmp --icmp-type 8";

describe("a limiter of iptables and one of nft are the same where the same packets come to it", () => {
  const cases: readonly Case[] = [
    [
      "the same",
      saved(`-A INPUT ${PING} -m limit --limit 2/sec -j ACCEPT`),
      translated(`icmp type echo-request ${RATE} accept`),
      true,
    ],
    [
      "another rate",
      saved(`-A INPUT ${PING} -m limit --limit 2/sec -j ACCEPT`),
      translated("icmp type echo-request limit rate 3/second burst 5 packets accept"),
      "undecided",
    ],
    [
      "other packets as well",
      saved(`-A INPUT ${PING} -m limit --limit 2/sec -j ACCEPT`),
      translated(`icmp type { echo-request, echo-reply } ${RATE} accept`),
      "undecided",
    ],
    [
      "two that feed on each other's packets",
      saved(`-A INPUT ${PING} -i a -m limit --limit 2/sec -j ACCEPT
-A INPUT ${PING} -i b -m limit --limit 2/sec -j ACCEPT`),
      translated(`iifname "b" icmp type echo-request ${RATE} accept
iifname "a" icmp type echo-request ${RATE} accept`),
      "undecided",
    ],
    [
      "one for two",
      saved(`-A INPUT ${PING} -i a -m limit --limit 2/sec -j ACCEPT
-A INPUT ${PING} -i b -m limit --limit 2/sec -j ACCEPT`),
      translated(`iifname { "a", "b" } icmp type echo-request ${RATE} accept`),
      "undecided",
    ],
    [
      "another end of what it lets through",
      saved(`-A INPUT ${PING} -m limit --limit 2/sec -j ACCEPT`),
      translated(`icmp type echo-request ${RATE} drop`),
      false,
    ],
    [
      "behind the same call in other words",
      saved(
        `-A INPUT ${PING} -j pings\n-A pings -m limit --limit 2/sec -j ACCEPT`,
        ":pings - [0:0]\n",
      ),
      translated("icmp type echo-request jump pings", ` chain pings {\n  ${RATE} accept\n }\n`),
      true,
    ],
    [
      "behind a call of other packets",
      saved(
        `-A INPUT ${PING} -j pings\n-A pings -m limit --limit 2/sec -j ACCEPT`,
        ":pings - [0:0]\n",
      ),
      translated("icmp type echo-reply jump pings", ` chain pings {\n  ${RATE} accept\n }\n`),
      false,
    ],
    [
      "met twice, and once",
      saved(
        `-A INPUT ${PING} -j pings\n-A INPUT ${PING} -j pings\n-A pings -m limit --limit 2/sec -j ACCEPT`,
        ":pings - [0:0]\n",
      ),
      translated("icmp type echo-request jump pings", ` chain pings {\n  ${RATE} accept\n }\n`),
      "undecided",
    ],
  ];
  test.each(cases)("%s", (_name, before, after, expected) => {
    expect(compareDevices(parse(before), parse(after)).equal).toBe(expected);
  });
});

describe("what a limiter's rule asks may stand in another order", () => {
  const rule = (words: string) => parse(translated(words));
  const cases: readonly Case[] = [
    [
      "the same",
      `iifname "a" tcp dport 25 ${RATE} accept`,
      `tcp dport 25 iifname "a" ${RATE} accept`,
      true,
    ],
    [
      "another port",
      `iifname "a" tcp dport 25 ${RATE} accept`,
      `tcp dport 26 iifname "a" ${RATE} accept`,
      false,
    ],
    [
      "before and behind the limiter",
      `tcp dport 25 ${RATE} accept`,
      `${RATE} tcp dport 25 accept`,
      "undecided",
    ],
  ];
  test.each(cases)("%s", (_name, before, after, expected) => {
    expect(compareDevices(rule(before), rule(after)).equal).toBe(expected);
  });
});

test("a chain behind NAT that only looks on changes no packet", () => {
  const nat = `table ip nat {
 chain pre { type nat hook prerouting priority -100; tcp dport 25 dnat to 10.0.0.5; }
}
`;
  const late = (rules: string) =>
    `table ip late { chain in { type filter hook input priority 150; ${rules} }; }\n`;
  const equal = (more: string) => compareDevices(parse(nat), parse(nat + more)).equal;
  expect(equal(late("ip saddr 10.0.0.7 counter;"))).toBe(true);
  expect(equal(late("ip saddr 10.0.0.7 drop;"))).not.toBe(true);
  expect(equal(late("ip saddr set 10.0.0.7;"))).not.toBe(true);
});
