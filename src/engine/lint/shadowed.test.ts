import { describe, expect, test } from "vitest";
import { readDevice } from "../parsers/readDevice.ts";
import { lintDevice } from "./index.ts";

/** Codes of findings about single rules, with their lines counted from the first rule. */
function told(rules: readonly string[], more = ""): readonly string[] {
  const head = `table inet t {\n${more}chain c {\ntype filter hook forward priority 0; policy accept;\n`;
  return toldOf(`${head}${rules.join("\n")}\n}\n}\n`, head.split("\n").length - 1);
}

function toldOf(text: string, linesBefore = 0): readonly string[] {
  const files = new Map([["rules", text]]);
  const { device, refused, diagnostics } = readDevice({ files, roots: ["rules"] });
  expect(refused, diagnostics.map(({ message }) => message).join("\n")).toEqual([]);
  return lintDevice({ device, files, today: null, asksForOwners: false, boot: null })
    .filter(({ code }) => /^PM600[1-4]$/.test(code))
    .map(({ code, span }) => `${code} ${(span?.line ?? 0) - linesBefore}`);
}

describe("a rule is shadowed", () => {
  test.each([
    ["by one that asks for more", ["ip saddr 10.0.0.0/8 drop", "ip saddr 10.1.0.0/16 accept"]],
    ["by one that says the same", ["tcp dport 22 drop", "tcp dport 22 drop"]],
    ["whatever a set holds", ["ip saddr @hosts drop", "ip saddr @hosts accept"]],
    [
      "whatever a random number is, by one without",
      ["tcp dport 22 drop", "tcp dport 22 numgen random mod 2 0 accept"],
    ],
  ])("%s", (_, rules) => {
    expect(told(rules, "set hosts { type ipv4_addr; }\n")).toContain("PM6001 2");
  });

  test("by the union of several", () => {
    const rules = [
      "ip saddr 0.0.0.0/1 drop",
      "ip saddr 128.0.0.0/1 drop",
      "meta nfproto ipv4 accept",
    ];
    expect(told(rules)).toContain("PM6001 3");
  });

  test("in a chain that it shares with a caller that comes late", () => {
    const chains = "chain d {\ntcp dport 22 accept\n}\n";
    const text = `table inet t {\n${chains}chain c {\ntype filter hook forward priority 0; policy accept;\ntcp dport 22 drop\njump d\n}\n}\n`;
    expect(toldOf(text)).toEqual(["PM6001 3"]);
  });
});

describe("a rule is not shadowed", () => {
  test.each([
    ["by one that asks for less", ["ip saddr 10.1.0.0/16 drop", "ip saddr 10.0.0.0/8 accept"]],
    [
      "by a limit: what is over it goes on",
      ["tcp dport 22 limit rate 1/second drop", "tcp dport 22 accept"],
    ],
    [
      "by the same limit: the second has tokens of its own",
      ["limit rate 1/second drop", "limit rate 1/second reject"],
    ],
    ["by a random number", ["numgen random mod 2 0 drop", "numgen random mod 2 0 reject"]],
    ["by what a set holds now", ["ip saddr @hosts drop", "ip saddr 10.0.0.5 accept"]],
    [
      "by a set that packets write",
      ["ip saddr @seen drop", "add @seen { ip saddr }", "ip saddr @seen reject"],
    ],
    ["by one of another family", ["meta nfproto ipv6 tcp dport 22 drop", "tcp dport 22 reject"]],
    ["by one that only counts", ["tcp dport 22 counter", "tcp dport 22 drop"]],
    ["by one that only logs", ["tcp dport 22 log", "tcp dport 22 drop"]],
    [
      "by a negation: `!=` asks for packets that have the field",
      ["tcp dport != 22 drop", "meta l4proto udp reject"],
    ],
    [
      "by the address before NAT",
      ["ct original ip daddr 192.0.2.1 drop", "ip daddr 192.0.2.1 reject"],
    ],
    [
      "by the mark that it has had before",
      ["meta mark 1 drop", "meta mark set 1", "meta mark 1 reject"],
    ],
    [
      "by a question of an address that has been rewritten since",
      ["ip saddr @hosts drop", "ip saddr set 192.0.2.1", "ip saddr @hosts reject"],
    ],
    ["where the set is empty now", ["ip saddr @hosts drop"]],
  ])("%s", (_, rules) => {
    const sets =
      "set hosts { type ipv4_addr; elements = { 10.0.0.5 }; }\nset seen { type ipv4_addr; flags dynamic; }\n";
    expect(told(rules, sets).filter((one) => !one.startsWith("PM6002"))).toEqual([]);
  });

  test("where another way to its chain lets its packets in", () => {
    const text = `table inet t {
chain d {
tcp dport 22 accept
}
chain c {
type filter hook forward priority 0; policy drop;
iifname "eth0" jump d
tcp dport 22 drop
}
chain e {
type filter hook input priority 0; policy drop;
jump d
}
}
`;
    expect(toldOf(text)).not.toContain("PM6001 3");
  });

  test("where a rule logs before it asks, nothing is said", () => {
    expect(told(["tcp dport 22 drop", 'log prefix "x" tcp dport 22 accept'])).toEqual([]);
  });
});

describe("a rule is not redundant", () => {
  test.each([
    ["where a log stands between", ["tcp dport 22 drop", "log", "meta l4proto tcp drop"]],
    [
      "where a limit stands between",
      ["tcp dport 22 accept", "limit rate 9/second reject", "meta l4proto tcp accept"],
    ],
    ["where it counts by name", ['tcp dport 22 counter name "k" drop', "meta l4proto tcp drop"]],
    [
      "where what stands behind is of another kind",
      ["tcp dport 22 reject", "meta l4proto tcp drop"],
    ],
    [
      "where only a limiter behind it says the same",
      ["tcp dport 22 drop", "limit rate 9/second drop"],
    ],
    [
      "where only a set behind it says the same",
      ["ip saddr 10.0.0.5 drop", "ip saddr @hosts drop"],
    ],
  ])("%s", (_, rules) => {
    const more = "counter k { }\nset hosts { type ipv4_addr; elements = { 10.0.0.5 }; }\n";
    expect(told(rules, more).filter((one) => one === "PM6002 1")).toEqual([]);
  });

  test.each([
    ["writes marks", "type filter hook output priority 0; policy accept;", "meta mark set 1"],
    [
      "is of type route",
      "type route hook output priority 0; policy accept;",
      "tcp dport 25 counter",
    ],
  ])("where another base chain that %s calls its chain too", (_, hook, rule) => {
    const text = `table ip t {
chain d {
tcp dport 22 drop
}
chain c {
type filter hook forward priority 0; policy drop;
jump d
}
chain e {
${hook}
${rule}
jump d
}
}
`;
    expect(toldOf(text)).toEqual([]);
  });
});
