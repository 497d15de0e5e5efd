import { expect, test } from "vitest";
import { formatIpv4, formatIpv6 } from "../../base/address.ts";
import { formatInterfaceName } from "../../base/interfaceName.ts";
import type { Device, ParseResult } from "../../device/device.ts";
import type { NamedSet } from "../../device/set.ts";
import { parseIptables } from "../iptables/index.ts";
import { parseIpset } from "./index.ts";

function restore(text: string, onto: Device | null = null): ParseResult {
  return parseIpset({ files: new Map([["f", text]]), roots: ["f"], onto, keepRefused: false });
}

/** The elements of a set as ipset would list them, ranges with a dash. */
function elementsOf(set: NamedSet): string[] {
  return set.elements.map((element) => {
    const parts = element.key.map(({ from, to }, i) => {
      const show = (value: bigint) => showPart(value, set.keyTypes[i] ?? "");
      if (from === to) return show(from);
      return set.keyTypes[i] === "ifname" ? `${show(from)}*` : `${show(from)}-${show(to)}`;
    });
    const timeout = element.timeoutMs === null ? "" : ` ${element.timeoutMs}ms`;
    return `${parts.join(",")}${timeout}${element.exception ? " nomatch" : ""}`;
  });
}

function showPart(value: bigint, type: string): string {
  if (type === "ipv4_addr") return formatIpv4(value);
  if (type === "ipv6_addr") return formatIpv6(value);
  return type === "ifname" ? formatInterfaceName(value) : String(value);
}

/** Type behind `create s`, entries, and the elements that come of them. */
const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["hash:ip", ["10.0.0.5"], ["10.0.0.5"]],
  ["hash:ip", ["10.0.0.1-10.0.0.3", "10.0.1.1/30"], ["10.0.0.1-10.0.0.3", "10.0.1.0-10.0.1.3"]],
  ["hash:ip netmask 24", ["10.0.0.1"], ["10.0.0.0-10.0.0.255"]],
  ["hash:ip family inet6", ["2001:db8::1"], ["2001:db8::1"]],
  ["hash:ip timeout 60", ["10.0.0.1", "10.0.0.2 timeout 5"], ["10.0.0.1", "10.0.0.2 5000ms"]],
  ["hash:ip counters comment", ['10.0.0.1 packets 5 bytes 7 comment "a b"'], ["10.0.0.1"]],
  [
    "hash:net",
    ["10.0.0.7/24", "10.0.0.64/26 nomatch"],
    ["10.0.0.0-10.0.0.255", "10.0.0.64-10.0.0.127 nomatch"],
  ],
  ["hash:net", ["10.0.0.1-10.0.0.4"], ["10.0.0.1", "10.0.0.2-10.0.0.3", "10.0.0.4"]],
  ["hash:net,net", ["10.0.0.0/8,10.1.0.0/16"], ["10.0.0.0-10.255.255.255,10.1.0.0-10.1.255.255"]],
  ["hash:ip,port", ["10.0.0.5,25", "10.0.0.5,udp:53-55"], ["10.0.0.5,6,25", "10.0.0.5,17,53-55"]],
  [
    "hash:ip,port",
    ["10.0.0.6,icmp:8/0", "10.0.0.7,http", "10.0.0.8,vrrp:0"],
    ["10.0.0.6,1,2048", "10.0.0.7,6,80", "10.0.0.8,112,0"],
  ],
  ["hash:net,port", ["10.0.0.0/24,tcp:80"], ["10.0.0.0-10.0.0.255,6,80"]],
  ["hash:ip,port,ip", ["10.0.0.5,25,10.0.0.1"], ["10.0.0.5,6,25,10.0.0.1"]],
  ["hash:ip,port,net", ["10.0.0.5,25,10.0.0.0/8"], ["10.0.0.5,6,25,10.0.0.0-10.255.255.255"]],
  [
    "hash:net,iface",
    ["0.0.0.0/0,eth0", "10.0.0.0/8,eth wildcard"],
    ["0.0.0.0-255.255.255.255,eth0", "10.0.0.0-10.255.255.255,eth*"],
  ],
  ["hash:mac", ["00:00:00:00:01:02"], ["258"]],
  ["hash:ip,mac", ["10.0.0.1,00:00:00:00:00:01"], ["10.0.0.1,1"]],
  ["hash:ip,mark markmask 0xff", ["10.0.0.1,0x105"], ["10.0.0.1,5"]],
  ["bitmap:ip range 10.0.0.0/24", ["10.0.0.5-10.0.0.9"], ["10.0.0.5-10.0.0.9"]],
  ["bitmap:ip,mac range 10.0.0.0-10.0.0.9", ["10.0.0.5,00:00:00:00:00:01"], ["10.0.0.5,1"]],
  ["bitmap:ip,mac range 10.0.0.0-10.0.0.9", ["10.0.0.6"], ["10.0.0.6,0-281474976710655"]],
  ["bitmap:port range 0-1024", ["20-25", "tcp:80"], ["20-25", "80"]],
  ["iphash --hashsize 64 --maxelem 100", ["10.0.0.5"], ["10.0.0.5"]],
];

for (const [type, entries, expected] of CASES)
  test(`${type}: ${entries.join(", ")}`, () => {
    const lines = entries.map((entry) => `add s ${entry}\n`).join("");
    const result = restore(`create s ${type}\n${lines}`);
    expect(result.diagnostics).toEqual([]);
    const set = result.device.ipsets.get("s");
    expect(set === undefined ? null : elementsOf(set)).toEqual(expected);
    expect(set?.keyWidths).toHaveLength(set?.elements[0]?.key.length ?? 0);
  });

/** What ipset 7.17 refuses, the code and line, and what is left of the set `s`. */
const REFUSED: readonly (readonly [string, string, string, readonly string[] | null])[] = [
  [
    "an element twice",
    "create s hash:ip\nadd s 10.0.0.1\nadd s 10.0.0.1\nadd s 10.0.0.2\n",
    "PM3008:3",
    ["10.0.0.1"],
  ],
  [
    "-exist behind a plain add",
    "create s hash:ip\nadd s 10.0.0.1\nadd s 10.0.0.1 -exist\n",
    "PM3008:3",
    ["10.0.0.1"],
  ],
  [
    "the same with nomatch",
    "create s hash:net\nadd s 10.0.0.0/24\nadd s 10.0.0.7/24 nomatch\n",
    "PM3008:3",
    ["10.0.0.0-10.0.0.255"],
  ],
  ["all of IPv4 in hash:net", "create s hash:net\nadd s 0.0.0.0/0\n", "PM3007:2", []],
  [
    "a range of IPv6",
    "create s hash:ip family inet6\nadd s 2001:db8::1-2001:db8::5\n",
    "PM3007:2",
    [],
  ],
  ["an IPv6 address in an IPv4 set", "create s hash:ip\nadd s ::1\n", "PM3007:2", []],
  ["two parts where one belongs", "create s hash:ip\nadd s 10.0.0.1,10.0.0.2\n", "PM3007:2", []],
  [
    "a bitmap's element out of range",
    "create s bitmap:ip range 10.0.0.0/24\nadd s 10.0.1.1\n",
    "PM3011:2",
    [],
  ],
  [
    "more than maxelem",
    "create s hash:ip maxelem 2\nadd s 10.0.0.1\nadd s 10.0.0.2\nadd s 10.0.0.3\n",
    "PM3010:4",
    ["10.0.0.1", "10.0.0.2"],
  ],
  ["a set twice", "create s hash:ip\ncreate s hash:ip\n", "PM3006:2", []],
  ["another type with -exist", "create s hash:ip\ncreate s hash:net -exist\n", "PM3006:2", []],
  ["an unknown set", "create s hash:ip\nadd t 10.0.0.1\n", "PM3005:2", []],
  ["an unknown type", "create s hash:foo\n", "PM3003:1", null],
  ["an unknown option", "create s hash:ip foo bar\n", "PM3004:1", null],
  ["an unknown option of an element", "create s hash:ip\nadd s 10.0.0.1 foo\n", "PM3004:2", []],
  ["an unknown command", "create s hash:ip\nfoo s\n", "PM3002:2", []],
  ["a name of 32 letters", `create ${"a".repeat(32)} hash:ip\n`, "PM3016:1", null],
  [
    "an element to delete that is not there",
    "create s hash:net\nadd s 10.0.0.0/8\ndel s 10.0.0.0/9\n",
    "PM3009:3",
    ["10.0.0.0-10.255.255.255"],
  ],
  ["a member that does not exist", "create s list:set\nadd s nope\n", "PM3005:2", []],
  ["a swap of different types", "create s hash:ip\ncreate t hash:net\nswap s t\n", "PM3013:3", []],
  [
    "destroying a member of a list",
    "create a hash:ip\ncreate s list:set\nadd s a\ndestroy a\n",
    "PM3012:4",
    [],
  ],
];

for (const [what, text, code, left] of REFUSED)
  test(`${what}: refused, lines before stay`, () => {
    const result = restore(text);
    expect(result.diagnostics.map(({ code, span }) => `${code}:${span?.line}`)).toEqual([code]);
    expect(result.refused).toEqual(["f"]);
    const set = result.device.ipsets.get("s");
    expect(set === undefined ? null : elementsOf(set)).toEqual(left);
  });

test("del takes a part out of a range", () => {
  const { device } = restore(
    "create s hash:ip\nadd s 10.0.0.1-10.0.0.5\ndel s 10.0.0.2-10.0.0.3\n",
  );
  const set = device.ipsets.get("s");
  expect(set === undefined ? [] : elementsOf(set)).toEqual(["10.0.0.1", "10.0.0.4-10.0.0.5"]);
});

test("swap and rename change the names, flush and destroy take away", () => {
  const { device, refused } = restore(
    "create s hash:ip\ncreate b hash:ip\nadd s 10.0.0.1\nswap s b\nrename b c\nflush s\ncreate d hash:ip\ndestroy d\n",
  );
  expect(refused).toEqual([]);
  const shown = [...device.ipsets].map(([name, set]) => `${name}: ${elementsOf(set).join(" ")}`);
  expect(shown.sort()).toEqual(["c: 10.0.0.1", "s: "]);
});

test("blank lines, comments, carriage returns and COMMIT are nothing", () => {
  const { coverage, refused } = restore(
    "create s hash:ip\r\n\n# x\n  \nadd s 10.0.0.1\r\nCOMMIT\n",
  );
  expect(refused).toEqual([]);
  expect(coverage).toEqual({ lines: 3, modelled: 2, harmless: 1, opaque: 0, notUnderstood: 0 });
});

test("members of a list stand in the order given", () => {
  const { device } = restore(
    "create a hash:ip\ncreate b hash:ip\ncreate s list:set size 4\nadd s a\nadd s b before a\n",
  );
  expect(device.ipsets.get("s")?.ipset).toEqual({
    type: "list:set",
    family: "none",
    netmask: null,
    members: ["b", "a"],
  });
});

test("a host name makes the set uncertain, with a warning", () => {
  const { device, diagnostics, coverage } = restore("create s hash:ip\nadd s mail.example.com\n");
  expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    "warning PM3014",
  ]);
  expect(device.ipsets.get("s")?.dynamic).toBe(true);
  expect(coverage.opaque).toBe(1);
});

test("the timeout of the set is that of elements without one", () => {
  expect(restore("create s hash:ip timeout 60\n").device.ipsets.get("s")).toMatchObject({
    defaultTimeoutMs: 60_000,
    size: 65_536,
  });
});

test("a set that a rule names cannot be destroyed, but swapped", () => {
  const sets = restore("create s hash:ip\ncreate t hash:ip\nadd t 10.0.0.1\n").device;
  const { device } = parseIptables({
    files: new Map([["r", "*filter\n-A INPUT -m set --match-set s src -j DROP\nCOMMIT\n"]]),
    roots: ["r"],
    onto: sets,
    keepRefused: false,
  });
  expect(restore("destroy s\n", device).refused).toEqual(["f"]);
  const swapped = restore("swap s t\ndestroy t\n", device);
  expect(swapped.refused).toEqual([]);
  const set = swapped.device.ipsets.get("s");
  expect(set === undefined ? [] : elementsOf(set)).toEqual(["10.0.0.1"]);
});
