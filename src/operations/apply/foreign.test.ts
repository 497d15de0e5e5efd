import { expect, test } from "vitest";
import { makeSnapshot, type SnapshotPart } from "../inventory/snapshot.ts";
import { foreignWriters } from "./foreign.ts";

const writers = (...parts: readonly SnapshotPart[]) =>
  foreignWriters(makeSnapshot("fw", parts), ["ip nat"]);
const nft = (text: string): SnapshotPart => ({ name: "nft", text });

const CASES: readonly (readonly [string, readonly SnapshotPart[], RegExp | null])[] = [
  ["tables of nft alone", [nft("table inet edge {\n}\n")], null],
  [
    "a table that iptables-nft manages",
    [
      nft(
        "# Warning: table ip filter is managed by iptables-nft, do not touch!\ntable ip filter {\n}\n",
      ),
    ],
    /iptables-nft writes table `ip filter`/,
  ],
  [
    "matches of xtables",
    [nft('table ip t {\n\tchain c {\n\t\txt match "recent"\n\t}\n}\n')],
    /xtables/,
  ],
  [
    "its word in a comment",
    [nft('table ip t {\n\tchain c {\n\t\tcounter comment "xt-match"\n\t}\n}\n')],
    null,
  ],
  [
    "tables of iptables-nft",
    [{ name: "iptables-nft", text: "*filter\n-A INPUT -j DROP\nCOMMIT\n" }],
    /iptables-nft writes table `ip filter`/,
  ],
  [
    "tables of ip6tables-nft",
    [{ name: "ip6tables-nft", text: "*nat\n:INPUT DROP [0:0]\nCOMMIT\n" }],
    /ip6tables-nft writes table `ip6 nat`/,
  ],
  [
    "an own table that iptables-nft lists too",
    [{ name: "iptables-nft", text: "*nat\n-A PREROUTING\nCOMMIT\n" }],
    null,
  ],
  [
    "an empty table of iptables-nft",
    [{ name: "iptables-nft", text: "*raw\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n" }],
    null,
  ],
  [
    "rules in the legacy back-end",
    [{ name: "iptables-legacy", text: "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n" }],
    /iptables-legacy has rules/,
  ],
  [
    "a policy in the legacy back-end",
    [{ name: "ip6tables-legacy", text: "*filter\n:INPUT DROP [0:0]\nCOMMIT\n" }],
    /ip6tables-legacy has rules/,
  ],
  [
    "a legacy table that was only looked at",
    [{ name: "iptables-legacy", text: "*filter\n:INPUT ACCEPT [0:0]\n:own - [0:0]\nCOMMIT\n" }],
    null,
  ],
  ["chains of Docker", [nft("table ip nat {\n\tchain DOCKER-USER {\n\t}\n}\n")], /Docker/],
  ["chains of ufw", [nft("table ip filter {\n\tchain ufw-user-input {\n\t}\n}\n")], /ufw/],
  ["a chain that is only named alike", [nft("table ip t {\n\tchain ufws {\n\t}\n}\n")], null],
];

test.each(CASES)("%s", (_name, parts, expected) => {
  const found = writers(...parts).join("\n");
  if (expected === null) expect(found).toBe("");
  else expect(found).toMatch(expected);
});
