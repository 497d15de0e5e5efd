import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BEGINNING, chain, verify } from "./chain.ts";
import type { TrailEntry, TrailHead } from "./model.ts";

/** A trail of some entries, one a second. */
function trail(length: number): readonly TrailEntry[] {
  const entries: TrailEntry[] = [];
  let head: TrailHead = BEGINNING;
  for (let i = 0; i < length; i++) {
    const details = { lines: [i, null, true], text: `line ${i}` };
    const event = {
      atMs: i * 1000,
      actor: "ana",
      kind: "change.edited",
      subject: "change/1",
      details,
    };
    const entry = chain(head, event);
    entries.push(entry);
    head = entry;
  }
  return entries;
}

const FIVE = trail(5);
const LAST = FIVE[4] ?? BEGINNING;

test("a trail that nobody touched is whole", () => {
  expect(verify(FIVE, LAST)).toBeNull();
  expect(verify([], BEGINNING)).toBeNull();
});

test("the order of keys does not matter", () => {
  const turned = FIVE.map((entry) => ({
    ...entry,
    details: Object.fromEntries(Object.entries(entry.details).reverse()),
  }));
  expect(verify(turned, LAST)).toBeNull();
});

test("a checked part need not be read again", () => {
  expect(verify(FIVE.slice(2), LAST, FIVE[1])).toBeNull();
});

describe("whatever is changed is found, at its entry", () => {
  const fields = ["atMs", "actor", "kind", "subject", "details", "hash", "previousHash"] as const;
  test.each(fields)("%s", (field) => {
    const changed = { atMs: 7, details: { text: "line 2" } } as Readonly<Record<string, unknown>>;
    const edited = FIVE.map((entry) =>
      entry.number === 3 ? { ...entry, [field]: changed[field] ?? "x" } : entry,
    );
    expect(verify(edited, LAST)).toMatchObject({ number: 3 });
  });

  test("an entry taken out", () => {
    const without = FIVE.filter(({ number }) => number !== 3);
    expect(verify(without, LAST)).toEqual({ number: 3, problem: "missing" });
  });

  test("entries cut off at the end, with an anchor", () => {
    expect(verify(FIVE.slice(0, 3), LAST)).toEqual({ number: 4, problem: "missing" });
    expect(verify(FIVE.slice(0, 3))).toBeNull();
  });

  test("a trail written anew from the middle, with an anchor", () => {
    const [first, second] = FIVE;
    const event = { atMs: 0, actor: "eve", kind: "x", subject: "y", details: {} };
    const forged = [first, second].flatMap((entry) => entry ?? []);
    const third = chain(forged[1] ?? BEGINNING, event);
    const fourth = chain(third, event);
    const all = [...forged, third, fourth, chain(fourth, event)];
    expect(verify(all)).toBeNull();
    expect(verify(all, LAST)).toEqual({ number: 5, problem: "foreign" });
  });
});

test("one other character anywhere is found", () => {
  const text = FIVE.map((entry) => JSON.stringify(entry));
  fc.assert(
    fc.property(
      fc.nat(4),
      fc.nat(),
      fc.constantFrom("0", "1", "a", "b"),
      (index, at, character) => {
        const line = text[index] ?? "";
        const place = at % line.length;
        const edited = line.slice(0, place) + character + line.slice(place + 1);
        fc.pre(edited !== line);
        const entries = text.flatMap((one, i) => parse(i === index ? edited : one) ?? []);
        fc.pre(entries.length === text.length);
        const isFound = verify(entries, LAST) !== null;
        expect(isFound || JSON.stringify(entries[index]) === line).toBe(true);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

function parse(text: string): TrailEntry | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
