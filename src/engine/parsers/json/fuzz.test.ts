import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ParseResult } from "../../device/device.ts";
import { NFT_CODES } from "../nft/codes.ts";
import { JSON_CODES } from "./codes.ts";
import { parseNftJson } from "./index.ts";

const TABLE = { family: "ip", table: "t" };
const ITEMS: readonly unknown[] = [
  { metainfo: { version: "1.0.6", json_schema_version: 1 } },
  { table: { family: "ip", name: "t", handle: 1 } },
  { chain: { ...TABLE, name: "c", type: "filter", hook: "input", prio: 0, policy: "drop" } },
  { chain: { ...TABLE, name: "d" } },
  {
    set: {
      ...TABLE,
      name: "s",
      type: ["ipv4_addr", "inet_service"],
      flags: ["interval"],
      elem: [{ concat: [{ prefix: { addr: "10.0.0.0", len: 24 } }, { range: [80, 90] }] }],
    },
  },
  {
    map: {
      ...TABLE,
      name: "m",
      type: "ipv4_addr",
      map: "verdict",
      elem: [["1.1.1.1", { drop: null }]],
    },
  },
  {
    rule: {
      ...TABLE,
      chain: "c",
      expr: [
        { match: { op: "in", left: { ct: { key: "state" } }, right: ["established", "related"] } },
        { counter: { packets: 1, bytes: 2 } },
        { limit: { rate: 10, per: "second", burst: 5 } },
        { log: { prefix: "x" } },
        { accept: null },
      ],
    },
  },
  {
    rule: {
      ...TABLE,
      chain: "c",
      expr: [
        {
          vmap: {
            key: { payload: { protocol: "tcp", field: "dport" } },
            data: { set: [[22, { jump: { target: "d" } }]] },
          },
        },
      ],
    },
  },
  {
    rule: {
      ...TABLE,
      chain: "d",
      expr: [
        {
          mangle: {
            key: { meta: { key: "mark" } },
            value: { "|": [{ meta: { key: "mark" } }, 1] },
          },
        },
        { reject: { type: "icmp", expr: "admin-prohibited" } },
      ],
    },
  },
];

const VALID = JSON.stringify({ nftables: ITEMS });

function parse(text: string): ParseResult {
  return parseNftJson({
    files: new Map([["f", text]]),
    roots: ["f"],
    onto: null,
    keepRefused: true,
  });
}

function check(text: string): void {
  const { coverage, diagnostics, refused } = parse(text);
  const { lines, modelled, harmless, opaque, notUnderstood } = coverage;
  expect(lines).toBe(modelled + harmless + opaque + notUnderstood);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (refused.length > 0) expect(errors.length).toBeGreaterThan(0);
  for (const { code, span, help } of diagnostics) {
    expect([...Object.keys(JSON_CODES), ...Object.keys(NFT_CODES)]).toContain(code);
    expect(span).not.toBeNull();
    expect(help).not.toBe("");
  }
}

const RUNS = { numRuns: 200 };

test("the text that is changed below is valid", () => {
  expect(parse(VALID).diagnostics).toEqual([]);
});

test("any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), check), RUNS);
});

test("any value where the list of items should be", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => check(JSON.stringify({ nftables: value }))),
    RUNS,
  );
});

test("a valid text in which any part is another value", () => {
  const strange = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, -1, 1e300, "", "\n", "}", "{ accept }", [], {}, [[]], "a b"),
  );
  fc.assert(
    fc.property(fc.nat(), strange, (at, value) => {
      const places = placesOf(ITEMS).length;
      check(JSON.stringify({ nftables: replaced(ITEMS, at % places, value) }));
    }),
    { numRuns: 500 },
  );
});

test("a valid text with some characters changed", () => {
  const by = fc.constantFrom("", " ", "{", "}", "[", "]", '"', ",", ":", "\\", "0", "\u0000");
  const text = fc
    .array(fc.tuple(fc.nat(VALID.length), by), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      let changed = VALID;
      for (const [at, to] of changes) changed = changed.slice(0, at) + to + changed.slice(at + 1);
      return changed;
    });
  fc.assert(fc.property(text, check), RUNS);
});

test("a valid text cut anywhere", () => {
  for (let at = 0; at < VALID.length; at += 7) check(VALID.slice(0, at));
});

/** Every value inside of a value, itself first. */
function placesOf(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [value];
  return [value, ...Object.values(value).flatMap(placesOf)];
}

/** The value with another one at the place of that number. */
function replaced(value: unknown, at: number, by: unknown): unknown {
  let next = 0;
  const walk = (inner: unknown): unknown => {
    if (next++ === at) return by;
    if (Array.isArray(inner)) return inner.map(walk);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, held]) => [key, walk(held)]));
  };
  return walk(value);
}

describe("large and deep documents", () => {
  const PATIENCE_MS = 60_000;
  const MANY = 100_000;
  const REFUSED: readonly (readonly [name: string, make: () => string])[] = [
    ["lists in lists", () => `{"nftables":${"[".repeat(MANY)}`],
    ["objects in objects", () => `{"nftables":[{"rule":${'{"a":'.repeat(MANY)}`],
    ["20 million values", () => `{"nftables":[${"1,".repeat(20_000_000)}1]}`],
    ["a string of 100 MB without end", () => `{"nftables":["${"a".repeat(100_000_000)}`],
  ];
  test.each(REFUSED)("%s", { timeout: PATIENCE_MS }, (_name, make) => {
    const { refused, diagnostics } = parse(make());
    expect(refused).toEqual(["f"]);
    expect(diagnostics.length).toBeLessThanOrEqual(2000);
  });

  test("100,000 elements one by one", { timeout: PATIENCE_MS }, () => {
    const adds = Array.from({ length: MANY }, (_, i) => ({
      add: {
        element: { ...TABLE, name: "e", elem: [`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`] },
      },
    }));
    const head = [
      { table: { family: "ip", name: "t" } },
      { set: { ...TABLE, name: "e", type: "ipv4_addr" } },
    ];
    const { device, diagnostics } = parse(JSON.stringify({ nftables: [...head, ...adds] }));
    expect(diagnostics).toEqual([]);
    expect(device.tables[0]?.sets[0]?.elements).toHaveLength(MANY);
  });
});
