import { describe, expect, test } from "vitest";
import { compareDevices } from "../diff/index.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { printDevice, printRule } from "./index.ts";

function read(text: string) {
  const files = new Map([["ruleset.nft", text]]);
  return readDevice({ files, roots: ["ruleset.nft"], dialect: "nft" });
}

/** A rule of a table of this family as it is listed. */
function listed(rule: string, family: string, sets = ""): string {
  const chain = "chain f {\ntype filter hook forward priority 0;\n";
  const { device, refused, diagnostics } = read(
    `table ${family} t {\n${sets}\n${chain}${rule}\n}\n}\n`,
  );
  expect(refused, JSON.stringify(diagnostics)).toEqual([]);
  const [table] = device.tables;
  const [found] = table?.chains[0]?.rules ?? [];
  if (table === undefined || found === undefined) throw new Error("no rule");
  const printed = printRule(table, found, { counts: null, handles: null, terse: false });
  expect(printed.unprintable).toEqual([]);
  return printed.text;
}

/* How nft 1.0.6 lists each was seen on the kernel; lab/print holds all of it against nft itself. */
const RULES: readonly (readonly [given: string, listed: string])[] = [
  ["tcp dport {53,25}", "tcp dport { 25, 53 }"],
  ["tcp dport { 25 }", "tcp dport 25"],
  ["tcp dport { 25-30, 31 }", "tcp dport { 25-31 }"],
  ["tcp dport ssh", "tcp dport 22"],
  ["meta l4proto tcp tcp dport 25", "tcp dport 25"],
  ["meta l4proto tcp counter tcp dport 25", "meta l4proto tcp counter tcp dport 25"],
  ["ct state related,established accept", "ct state established,related accept"],
  ["ip saddr 10.0.0.0-10.255.255.255", "ip saddr 10.0.0.0-10.255.255.255"],
  ["ip saddr & 255.255.0.0 == 10.1.0.0", "ip saddr 10.1.0.0/16"],
  ["meta mark 1", "meta mark 0x00000001"],
  [
    "meta mark set meta mark & 0xffffff0f | 0x10",
    "meta mark set meta mark & 0xffffff1f | 0x00000010",
  ],
  ["meta length > 100", "meta length > 100"],
  ["iif lo accept", 'iif "lo" accept'],
  ["limit rate 5/second burst 5 packets", "limit rate 5/second"],
  [
    "limit rate over 1 mbytes/second burst 512 kbytes",
    "limit rate over 1 mbytes/second burst 512 kbytes",
  ],
  ['log level info prefix "in: " flags all', 'log prefix "in: " level info flags all'],
  ["tcp flags & (fin|syn) == syn", "tcp flags syn / fin,syn"],
  ["tcp flags & (fin|syn) == 0x0", "tcp flags ! fin,syn"],
  ["th dport 53", "th dport 53"],
  ["tcp sport 1 th dport 53", "tcp sport 1 tcp dport 53"],
  ["reject with icmpx type port-unreachable", "reject"],
  ["reject with tcp reset", "meta l4proto tcp reject with tcp reset"],
  [
    "ip saddr 10.0.0.1 reject with icmp type host-prohibited",
    "ip saddr 10.0.0.1 reject with icmp host-prohibited",
  ],
  ['counter accept comment "why"', 'counter accept comment "why"'],
  [
    "ct state vmap { new : drop, established : accept }",
    "ct state vmap { established : accept, new : drop }",
  ],
];

describe("a rule is listed in nft's words", () => {
  test.each(RULES)("%s", (given, wanted) => {
    expect(listed(given, "inet")).toBe(wanted);
  });

  test("where matches alone stand before it, a reset needs no protocol in a table of one family", () => {
    expect(listed("ct state new reject with tcp reset", "ip")).toBe(
      "ct state new reject with tcp reset",
    );
    expect(listed("counter reject with tcp reset", "ip")).toBe(
      "meta l4proto tcp counter reject with tcp reset",
    );
  });
});

const WHOLE = `table inet edge {
	comment "the edge"
	limit few {
		rate 5/hour burst 3 packets
	}

	set bans {
		type ipv4_addr
		size 100
		flags dynamic,timeout
		timeout 1h
		comment "who was thrown out"
	}

	set nets {
		type ipv4_addr
		flags interval
		auto-merge
		elements = { 10.0.0.0/8, 192.0.2.1-192.0.2.3,
			     198.51.100.7 }
	}

	map ways {
		type ifname : verdict
		elements = { "wan" : jump from_wan }
	}

	chain from_wan {
		ip saddr @nets limit name "few" accept
		update @bans { ip saddr timeout 1m }
	}

	chain forward {
		comment "what passes"
		type filter hook forward priority filter - 5; policy drop;
		iifname vmap @ways
	}
}
`;

test("a listing is printed as it was", () => {
  const { device, refused } = read(WHOLE);
  expect(refused).toEqual([]);
  expect(printDevice(device)).toEqual({ text: WHOLE, unprintable: [] });
});

test("what is printed comes to the same for all packets", () => {
  const { device } = read(WHOLE.replace("10.0.0.0/8", "10.0.0.0/9, 10.128.0.0/9"));
  const again = read(printDevice(device).text);
  expect(compareDevices(device, again.device).equal).toBe(true);
});

test("counters are told with what they have counted, where somebody knows", () => {
  const { device } = read("table ip t {\nchain c {\ncounter drop\n}\n}\n");
  const counts = () => ({ packets: 3n, bytes: 180n });
  expect(printDevice(device, { counts, handles: null, terse: false }).text).toContain(
    "counter packets 3 bytes 180 drop",
  );
});

test("what has no words is told, with its place", () => {
  const { device } = read("table ip t {\nchain c {\nmeta skuid nobody drop\n}\n}\n");
  expect(printDevice(device).unprintable).toMatchObject([{ span: { line: 3 } }]);
});
