import fc from "fast-check";
import { expect, test } from "vitest";
import { IPSET_CODES, parseIpset } from "./index.ts";

const VALID = [
  "create s hash:ip family inet hashsize 1024 maxelem 65536 timeout 60",
  'add s 10.0.0.1 timeout 5 comment "a \\"b"',
  "create n hash:net,port,net",
  "add n 10.0.0.0/8,udp:53-55,192.0.2.0/24 nomatch",
  "create l list:set",
  "add l s before n",
  "create b bitmap:port range 0-1024",
  "add b [ftp-data]-80",
  "del s 10.0.0.1-10.0.0.9",
  "swap s n",
  "",
].join("\n");

function check(text: string): void {
  const input = { files: new Map([["f", text]]), roots: ["f"], keepRefused: true };
  const result = parseIpset({ ...input, onto: null });
  const { lines, modelled, harmless, opaque, notUnderstood } = result.coverage;
  expect(lines).toBe(modelled + harmless + opaque + notUnderstood);
  if (notUnderstood > 0) expect(result.refused).toEqual(["f"]);
  for (const { code } of result.diagnostics) expect(Object.keys(IPSET_CODES)).toContain(code);
  parseIpset({ ...input, onto: result.device });
}

const RUNS = { numRuns: 200 };

test("any text: no crash, each line counted once", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), check), RUNS);
});

test("words of the language in any order", () => {
  const word = fc.constantFrom(...VALID.split(/[ \n]+/), "\n", "\nadd s", "-exist", ",", "/0");
  const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(" "));
  fc.assert(fc.property(text, check), RUNS);
});

test("a valid text cut anywhere", () => {
  for (let at = 0; at < VALID.length; at += 3) check(VALID.slice(0, at));
});

const MANY = 1_000_000;

test("a set of a million elements is read in seconds", () => {
  const lines = Array.from({ length: MANY }, (_, i) => {
    return `add s ${10 + (i >> 24)}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
  });
  const text = `create s hash:ip maxelem ${MANY}\n${lines.join("\n")}\n`;
  const result = parseIpset({
    files: new Map([["f", text]]),
    roots: ["f"],
    onto: null,
    keepRefused: false,
  });
  expect(result.refused).toEqual([]);
  expect(result.device.ipsets.get("s")?.elements).toHaveLength(MANY);
}, 60_000);
