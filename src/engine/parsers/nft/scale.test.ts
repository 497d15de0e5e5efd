import { describe, expect, test } from "vitest";
import type { ParseResult } from "../../device/device.ts";
import { parseNft } from "./index.ts";

/** Slow machines and busy ones take a multiple of what is measured. */
const PATIENCE_MS = 60_000;
const MANY = 100_000;
const MILLION = 1_000_000;

function parse(text: string): ParseResult {
  return parseNft({ files: new Map([["f", text]]), roots: ["f"], onto: null, keepRefused: true });
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

function address(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

const SET = "add table t\nadd set t s { type ipv4_addr; }\n";
const MERGED = "add table t\nadd set t s { type ipv4_addr; flags interval; auto-merge; }\n";
const CHAIN = "add table t\nadd chain t c\n";
const BASE = "type filter hook input priority 0;";

/** Texts that are read to the end without an error, and what comes of them. */
const VALID: readonly (readonly [
  name: string,
  make: () => string,
  count: (result: ParseResult) => unknown,
  wanted: number,
])[] = [
  [
    "100,000 rules in one chain",
    () => `table t { chain c {\n${lines(MANY, (i) => `ip saddr ${address(i)} drop`)}\n} }`,
    rules,
    MANY,
  ],
  [
    "100,000 rules one by one",
    () => CHAIN + lines(MANY, (i) => `add rule t c ip saddr ${address(i)} drop`),
    rules,
    MANY,
  ],
  [
    "10,000 rules deleted again",
    () =>
      `${CHAIN}${lines(MANY / 10, () => "add rule t c drop")}\n${lines(MANY / 10, (i) => `delete rule t c handle ${i + 2}`)}`,
    rules,
    0,
  ],
  [
    "100,000 elements one by one",
    () => SET + lines(MANY, (i) => `add element t s { ${address(i)} }`),
    elements,
    MANY,
  ],
  [
    "100,000 elements deleted again",
    () =>
      `${SET}${lines(MANY, (i) => `add element t s { ${address(i)} }`)}\n${lines(MANY, (i) => `delete element t s { ${address(i)} }`)}`,
    elements,
    0,
  ],
  [
    "100,000 holes in one interval",
    () =>
      `${MERGED}add element t s { 10.0.0.0/8 }\n${lines(MANY, (i) => `delete element t s { ${address(2 * i + 1)} }`)}`,
    elements,
    MANY + 1,
  ],
  [
    "a million elements",
    () =>
      `table t { set s { type ipv4_addr; elements = { ${lines(MILLION, (i) => `${address(i)},`)} }; } }`,
    elements,
    MILLION,
  ],
  [
    "100,000 chains",
    () => `table t {\n${lines(MANY, (i) => `chain c${i} { accept; }`)}\n}`,
    chains,
    MANY,
  ],
  [
    "100,000 jumps",
    () => `table t {\nchain d { }\nchain c { ${BASE}\n${lines(MANY, () => "jump d")}\n}\n}`,
    chains,
    2,
  ],
  [
    "1,000 lookups in a map of 100,000 verdicts",
    () =>
      `table t {\nchain d { }\nmap m { type ipv4_addr : verdict; elements = { ${lines(MANY, (i) => `${address(i)} : jump d,`)} }; }\nchain c { ${BASE}\n${lines(1000, () => "ip saddr vmap @m")}\n}\n}`,
    chains,
    2,
  ],
  [
    "100,000 matches on one line",
    () => `table t { chain c { ${"ip ttl 5 ".repeat(MANY)}} }`,
    rules,
    1,
  ],
  ["100 MB of comments", () => "# nothing here\n".repeat(6_700_000), chains, 0],
];

function chains({ device }: ParseResult): number {
  return device.tables.reduce((sum, table) => sum + table.chains.length, 0);
}

function rules({ device }: ParseResult): number {
  const all = device.tables.flatMap((table) => table.chains);
  return all.reduce((sum, chain) => sum + chain.rules.length, 0);
}

function elements({ device }: ParseResult): number {
  return device.tables[0]?.sets[0]?.elements.length ?? 0;
}

describe("large texts are read in seconds", () => {
  test.each(VALID)("%s", { timeout: PATIENCE_MS }, (_name, make, count, wanted) => {
    const result = parse(make());
    expect(result.diagnostics).toEqual([]);
    expect(count(result)).toBe(wanted);
  });
});

/** Texts that are refused, soon and with a bounded list of findings. */
const REFUSED: readonly (readonly [name: string, make: () => string, code: string])[] = [
  [
    "a ladder of 100,000 jumps",
    () =>
      `table t {\n${lines(MANY, (i) => `chain c${i} { jump c${i + 1}; }`)}\nchain c${MANY} { }\nchain b { ${BASE} jump c0; }\n}`,
    "PM1077",
  ],
  [
    "a circle of jumps",
    () => `table t { chain c { ${BASE} jump d; }; chain d { jump e; }; chain e { jump d; }; }`,
    "PM1077",
  ],
  ["braces in a chain", () => `table t { chain c { ${"{ ".repeat(MANY)}`, "PM1001"],
  ["braces in a set", () => `table t { chain c { ip saddr ${"{ ".repeat(MANY)}`, "PM1001"],
  ["blocks behind jump", () => `table t { chain c { ${"jump { ".repeat(MANY)}`, "PM1001"],
  ["parentheses", () => `table t { chain c { meta mark ${"(".repeat(MANY)}`, "PM1001"],
  ["closing braces", () => "}".repeat(MANY), "PM1001"],
  ["a word of 10 MB", () => "a".repeat(10_000_000), "PM1001"],
  [
    "a value of many dashes",
    () => `table t { chain c { tcp dport ${"1-".repeat(MANY)}9; } }`,
    "PM1031",
  ],
  [
    "variables that double",
    () => `define a0 = 1, 1\n${lines(100, (i) => `define a${i + 1} = $a${i}, $a${i}`)}\n`,
    "PM1011",
  ],
  ["100 MB of words", () => "foo bar baz qux\n".repeat(6_300_000), "PM1001"],
  ["100 MB of junk", () => "\u0001\u0002 {}[]()!\"'\\;,\n".repeat(6_300_000), "PM1001"],
  [
    "a set of mistakes",
    () => `table t { set s { type ipv4_addr; elements = { ${"10.0.0.300, ".repeat(MANY)} }; } }`,
    "PM1031",
  ],
];

describe("texts without end are refused in seconds", () => {
  test.each(REFUSED)("%s", { timeout: PATIENCE_MS }, (_name, make, code) => {
    const { refused, diagnostics, coverage } = parse(make());
    expect(refused).toEqual(["f"]);
    expect(diagnostics.length).toBeLessThanOrEqual(1000);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    const { lines: all, modelled, harmless, opaque, notUnderstood } = coverage;
    expect(all).toBe(modelled + harmless + opaque + notUnderstood);
  });
});
