import fc from "fast-check";
import { expect, test } from "vitest";
import type { ParseResult } from "../../device/device.ts";
import { NFT_CODES } from "./codes.ts";
import { parseNft } from "./index.ts";

const VALID = `#!/usr/sbin/nft -f
flush ruleset
define lan = { 10.0.0.0/8, 192.168.0.0/16 }
table inet t {
  comment "a table"
  set s { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.1 . 22, 10.0.0.0/24 . 80-90 } }
  map m { typeof ip saddr : verdict; elements = { 1.1.1.1 : accept, 2.2.2.2 timeout 5m : jump d } }
  counter c1 { packets 1 bytes 2 }
  chain d { ct state vmap { new : return, invalid : drop }; }
  chain c {
    type filter hook input priority filter + 10; policy drop;
    iifname "eth*" ip saddr $lan tcp dport { 22, 80-90 } counter accept comment "it's fine"
    ip saddr . tcp dport @s limit rate over 10/second burst 5 packets log prefix "x: " drop
    tcp flags & (fin | syn) == syn meta mark set ct mark and 0xff or 0x100
    ip saddr vmap @m
    meta l4proto { tcp, udp } th dport 53 jump { accept; }
    @th,16,16 != 22 update @dyn { ip saddr timeout 1h limit rate 1/minute } reject with icmpx admin-prohibited
  }
  set dyn { type ipv4_addr; flags dynamic,timeout; }
}
table ip n {
  chain p {
    type nat hook prerouting priority dstnat;
    tcp dport 80 dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }
    tcp dport 22 redirect to :2222
  }
}
add rule inet t c index 0 meta hour "23:00"-"01:00" drop; insert rule inet t d accept
delete element inet t s { 10.0.0.1 . 22 }
`;

function parse(text: string): ParseResult {
  return parseNft({ files: new Map([["f", text]]), roots: ["f"], onto: null, keepRefused: true });
}

function check(text: string): void {
  const result = parse(text);
  const { lines, modelled, harmless, opaque, notUnderstood } = result.coverage;
  expect(lines).toBe(modelled + harmless + opaque + notUnderstood);
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  if (result.refused.length > 0) expect(errors.length).toBeGreaterThan(0);
  if (notUnderstood > 0) expect(result.refused).toEqual(["f"]);
  for (const { code, help, span } of result.diagnostics) {
    expect(Object.keys(NFT_CODES)).toContain(code);
    expect(help).not.toBe("");
    expect(span).not.toBeNull();
  }
  const files = new Map([["f", text]]);
  parseNft({ files, roots: ["f"], keepRefused: false, onto: result.device });
}

const RUNS = { numRuns: 200 };

test("the text that is changed below is valid", () => {
  expect(parse(VALID).diagnostics).toEqual([]);
});

test("any text: no crash, each line counted once, an error behind each refusal", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), check), RUNS);
});

test("words of the language in any order", () => {
  const words = [...VALID.split(/\s+/), "\n", ";", "{", "}", ":", "-", '"', "$lan", "@s", "!="];
  const text = fc.array(fc.constantFrom(...words), { maxLength: 60 });
  const within = fc.constantFrom(
    "",
    "table inet t { chain c { ",
    "table t { set s { ",
    "add rule t c ",
  );
  fc.assert(
    fc.property(within, text, (head, list) => check(head + list.join(" "))),
    { numRuns: 500 },
  );
});

test("a valid text with some characters changed", () => {
  const by = fc.constantFrom("", " ", "\n", '"', "{", "}", "-", "0", ";", "$", "@", "\\", "\u0000");
  const change = fc.tuple(fc.nat(VALID.length), by);
  const text = fc.array(change, { minLength: 1, maxLength: 5 }).map((changes) => {
    let changed = VALID;
    for (const [at, to] of changes) changed = changed.slice(0, at) + to + changed.slice(at + 1);
    return changed;
  });
  fc.assert(fc.property(text, check), RUNS);
});

test("a valid text with pieces left out, doubled and moved", () => {
  const cut = fc.tuple(fc.nat(VALID.length), fc.nat(80), fc.nat(VALID.length));
  const text = fc.array(cut, { minLength: 1, maxLength: 3 }).map((cuts) => {
    let changed = VALID;
    for (const [from, length, to] of cuts)
      changed =
        changed.slice(0, to) + changed.slice(from, from + length) + changed.slice(to + length);
    return changed;
  });
  fc.assert(fc.property(text, check), RUNS);
});

test("a valid text cut anywhere", () => {
  for (let at = 0; at < VALID.length; at += 7) check(VALID.slice(0, at));
});

test("line ends of Windows and a byte order mark are told once, and change nothing else", () => {
  const windows = parse(`\ufeff${VALID.replaceAll("\n", "\r\n")}`);
  expect(windows.diagnostics.map(({ code }) => code)).toEqual(["PM1006"]);
  expect(windows.refused).toEqual(["f"]);
  expect(windows.coverage).toEqual(parse(VALID).coverage);
  expect(parse(`# written elsewhere\r\n${VALID}`).diagnostics).toEqual([]);
});
