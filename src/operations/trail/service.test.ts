import fc from "fast-check";
import { type RawBuilder, sql } from "kysely";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../platform/db/open.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { TrailEvent } from "./model.ts";
import { openTrail } from "./service.ts";
import { TRAIL_MIGRATIONS } from "./store.ts";

function event(kind: string, subject = "device/fw1"): TrailEvent {
  return { atMs: 1_000, actor: "ana", kind, subject, details: { lines: [1, null, "two"] } };
}

async function open() {
  const { database, url } = await testDatabase(TRAIL_MIGRATIONS);
  return { database, url, trail: openTrail({ database }) };
}

test("entries come back as they were written, last to first, in pages", async () => {
  const { trail } = await open();
  const first = await trail.append(event("a"));
  const second = await trail.append(event("b", "change/1"));
  const third = await trail.append(event("c"));
  const page = { before: null, limit: 2, subject: null };
  expect(await trail.page(page)).toEqual([third, second]);
  expect(await trail.page({ ...page, before: 2 })).toEqual([first]);
  expect(await trail.page({ ...page, subject: "device/fw1" })).toEqual([third, first]);
  expect(await trail.head()).toEqual({ number: 3, hash: third.hash });
});

test("an entry belongs to the transaction that it tells of", async () => {
  const { database, trail } = await open();
  const failing = database.transaction().execute(async (transaction) => {
    await trail.append(event("a"), transaction);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect((await trail.append(event("b"))).number).toBe(1);
});

test("several servers that append at once make one chain", async () => {
  const { trail, url } = await open();
  const other = await openDatabase({ kind: "url", url });
  if (other.kind === "fault") throw new Error(other.message);
  const trails = [trail, openTrail({ database: other.database })];
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => trails[index % 2]?.append(event(`e${index}`))),
  );
  await other.close();
  expect(await trail.verify()).toMatchObject({ flaw: null, head: { number: 40 } });
});

test("whatever an event holds, its hash is that of what is kept", async () => {
  const { trail } = await open();
  const text = fc.string({ unit: "binary" });
  const events = fc.record({
    atMs: fc.integer(),
    actor: text,
    kind: text,
    subject: text,
    details: fc.dictionary(text, fc.jsonValue()),
  });
  await fc.assert(
    fc.asyncProperty(events, async (one) => {
      const entry = await trail.append(one as TrailEvent);
      expect(await trail.page({ before: null, limit: 1, subject: null })).toEqual([entry]);
    }),
    { seed: 4, numRuns: 100 },
  );
  await trail.append({ ...event("\0\ud800"), subject: "\0", details: { "\udfff": "\0" } });
  expect((await trail.verify()).flaw).toBeNull();
});

describe("the table refuses", () => {
  const STATEMENTS = [
    "update trail_entry set actor = 'bo'",
    "delete from trail_entry",
    "truncate trail_entry",
  ];
  test.each(STATEMENTS)("%s", async (statement) => {
    const { database, trail } = await open();
    await trail.append(event("a"));
    await expect(sql.raw(statement).execute(database)).rejects.toThrow("append-only");
  });
});

describe("somebody with power over the database is noticed:", () => {
  const CASES: readonly (readonly [string, RawBuilder<unknown>, object])[] = [
    ["who acted", sql`update trail_entry set actor = 'bo' where number = 2`, { number: 2 }],
    [
      "details",
      sql`update trail_entry set details = '{"lines": [2]}' where number = 3`,
      { number: 3, problem: "changed" },
    ],
    [
      "an entry less",
      sql`delete from trail_entry where number = 2`,
      { number: 2, problem: "missing" },
    ],
    [
      "the end cut off",
      sql`delete from trail_entry where number = 3`,
      { number: 3, problem: "missing" },
    ],
  ];
  test.each(CASES)("%s", async (_, tamper, flaw) => {
    const { database, trail } = await open();
    for (const kind of ["a", "b", "c"]) await trail.append(event(kind));
    const anchor = await trail.head();
    await sql`alter table trail_entry disable trigger all`.execute(database);
    await tamper.execute(database);
    expect((await trail.verify(anchor)).flaw).toMatchObject(flaw);
  });
});

describe("a hash that was kept elsewhere", () => {
  async function kept() {
    const { database, trail } = await open();
    await database.transaction().execute(async (transaction) => {
      for (let index = 0; index < 250; index++) await trail.append(event("a"), transaction);
    });
    const [anchor] = await trail.page({ before: 212, limit: 1, subject: null });
    if (anchor === undefined) throw new Error("no entry");
    const truncate = sql`alter table trail_entry disable trigger all`.execute(database);
    return { trail, hash: anchor.hash, database, truncate };
  }

  test("is found at its entry, whatever came behind it", async () => {
    const { trail, hash } = await kept();
    const verdict = await trail.verify({ hash, number: null });
    expect(verdict).toMatchObject({ flaw: null, anchored: 211, head: { number: 250 } });
  });

  test("of no entry is told, though the rest is whole", async () => {
    const { trail } = await kept();
    const verdict = await trail.verify({ hash: "a".repeat(64), number: null });
    expect(verdict).toMatchObject({
      flaw: { number: 251, problem: "anchorMissing" },
      anchored: null,
    });
  });

  test("is missed where the end was cut off and written anew", async () => {
    const { trail, hash, database, truncate } = await kept();
    await truncate;
    await sql`delete from trail_entry where number > 210`.execute(database);
    for (let index = 0; index < 60; index++) await trail.append(event("b"));
    expect(await trail.verify()).toMatchObject({ flaw: null, head: { number: 270 } });
    const verdict = await trail.verify({ hash, number: null });
    expect(verdict).toMatchObject({ flaw: { problem: "anchorMissing" }, anchored: null });
  });

  test("before a flaw is found all the same", async () => {
    const { trail, hash, database, truncate } = await kept();
    await truncate;
    await sql`update trail_entry set actor = 'bo' where number = 230`.execute(database);
    const verdict = await trail.verify({ hash, number: null });
    expect(verdict).toMatchObject({ flaw: { number: 230, problem: "changed" }, anchored: 211 });
  });

  test("of nothing is where the trail begins", async () => {
    const { trail } = await open();
    const verdict = await trail.verify({ hash: "0".repeat(64), number: null });
    expect(verdict).toMatchObject({ flaw: null, anchored: 0 });
  });
});

test("a trail of many batches is verified to its end", async () => {
  const { database, trail } = await open();
  await database.transaction().execute(async (transaction) => {
    for (let index = 0; index < 450; index++) await trail.append(event("a"), transaction);
  });
  const head = await trail.head();
  expect(await trail.verify(head)).toEqual({ flaw: null, head, anchored: 450 });
  expect((await trail.verify({ number: 451, hash: "0" })).flaw?.problem).toBe("missing");
  expect((await trail.verify({ number: 250, hash: "0" })).flaw?.problem).toBe("foreign");
});
