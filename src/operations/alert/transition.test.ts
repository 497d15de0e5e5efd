import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert, AlertGroup, News, Raised } from "./model.ts";
import { raisedOf } from "./testing/raised.ts";
import { acknowledge, type Book, end, raise, type Step } from "./transition.ts";

/** Everything that was ever open, as a store would keep it. */
class Ledger {
  readonly alerts = new Map<number, Alert>();
  readonly groups = new Map<string, AlertGroup>();
  readonly news: News[] = [];
  private nowMs = 0;

  /** All that is open; a store reads the part of it that a step touches. */
  book(): Book {
    return {
      alerts: [...this.alerts.values()].filter(({ resolvedMs }) => resolvedMs === null),
      groups: [...this.groups.values()].filter(({ endedMs }) => endedMs === null),
    };
  }

  raise(raised: Raised): readonly string[] {
    return this.keep(raise(this.book(), raised, ++this.nowMs, `group ${this.nowMs}`));
  }

  end(key: string): readonly string[] {
    return this.keep(end(this.book(), key, ++this.nowMs));
  }

  /** What is told of it: `cause/1 opened`. */
  private keep(step: Step | null): readonly string[] {
    if (step === null) return [];
    const id = step.alert.id === 0 ? this.alerts.size + 1 : step.alert.id;
    this.alerts.set(id, { ...step.alert, id });
    for (const group of step.groups) this.groups.set(group.id, group);
    this.news.push(...step.news);
    return step.news.map(({ kind, groupId }) => `${this.groups.get(groupId)?.key} ${kind}`);
  }
}

describe("of a group,", () => {
  test("the first alert is told, and those that follow belong to it", () => {
    const ledger = new Ledger();
    expect(ledger.raise(raisedOf("a", "g"))).toEqual(["g opened"]);
    expect(ledger.raise(raisedOf("b", "g"))).toEqual([]);
    expect(ledger.raise(raisedOf("c", "other"))).toEqual(["other opened"]);
  });

  test("the same again is nothing", () => {
    const ledger = new Ledger();
    ledger.raise(raisedOf("a", "g", { labels: { one: "1", two: "2" } }));
    expect(ledger.raise(raisedOf("a", "g", { labels: { two: "2", one: "1" } }))).toEqual([]);
  });

  test("another text is no news, another title of the one that speaks for it is", () => {
    const ledger = new Ledger();
    ledger.raise(raisedOf("a", "g"));
    ledger.raise(raisedOf("b", "g"));
    expect(ledger.raise(raisedOf("a", "g", { text: "for 41 s" }))).toEqual([]);
    expect(ledger.raise(raisedOf("b", "g", { title: "b fails too" }))).toEqual([]);
    expect(ledger.raise(raisedOf("a", "g", { title: "rule 5 drops it" }))).toEqual(["g changed"]);
  });

  test("it is news when it becomes worse, and none when it becomes better", () => {
    const ledger = new Ledger();
    ledger.raise(raisedOf("a", "g", { severity: "warning" }));
    expect(ledger.raise(raisedOf("b", "g", { severity: "page" }))).toEqual(["g changed"]);
    expect(ledger.raise(raisedOf("b", "g", { severity: "information" }))).toEqual([]);
  });

  test("the end is told when the last alert has ended", () => {
    const ledger = new Ledger();
    ledger.raise(raisedOf("a", "g"));
    ledger.raise(raisedOf("b", "g"));
    expect(ledger.end("a")).toEqual([]);
    expect(ledger.end("a")).toEqual([]);
    expect(ledger.end("b")).toEqual(["g resolved"]);
    expect(ledger.raise(raisedOf("a", "g"))).toEqual(["g opened"]);
  });

  test("the cause is told once, however many alerts move to it", () => {
    const ledger = new Ledger();
    ledger.raise(raisedOf("a", "symptoms"));
    ledger.raise(raisedOf("b", "symptoms"));
    expect(ledger.raise(raisedOf("a", "cause"))).toEqual(["cause opened"]);
    expect(ledger.raise(raisedOf("b", "cause"))).toEqual(["symptoms moved"]);
    expect(ledger.book().groups.map(({ key }) => key)).toEqual(["cause"]);
  });
});

test("an alert in hand stays so when more is known of it, and is over when it ends", () => {
  const ana = { login: "ana", roles: ["operator"] } as const;
  const [first] = [raise({ alerts: [], groups: [] }, raisedOf("a", "g"), 1, "id")];
  if (first === null || first === undefined) throw new Error("nothing was raised");
  const taken = acknowledge(first.alert, ana, 2);
  if ("reason" in taken) throw new Error(taken.reason);
  const book = { alerts: [taken], groups: first.groups };
  const more = raise(book, raisedOf("a", "g", { text: "more" }), 3, "unused");
  expect(more?.alert).toMatchObject({ status: "acknowledged", acknowledged: { by: "ana" } });
  expect(end(book, "a", 4)?.alert).toMatchObject({ status: "resolved", resolvedMs: 4 });
});

describe("whatever comes in whatever order,", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const steps = fc.array(
    fc.oneof(
      fc.record({
        key: name,
        group: fc.constantFrom("g", "h", "i"),
        severity: fc.constantFrom("page" as const, "warning" as const),
        title: fc.constantFrom("one", "two"),
      }),
      fc.record({ over: name }),
    ),
    { maxLength: 40 },
  );
  const check = (hold: (ledger: Ledger, expected: ReadonlyMap<string, string>) => void) =>
    fc.assert(
      fc.property(steps, (list) => {
        const ledger = new Ledger();
        const expected = new Map<string, string>();
        for (const step of list) {
          if ("over" in step) {
            ledger.end(step.over);
            expected.delete(step.over);
          } else {
            ledger.raise(raisedOf(step.key, step.group, step));
            expected.set(step.key, step.group);
          }
          hold(ledger, expected);
        }
      }),
      { seed: 4, numRuns: 500 },
    );

  test("no alert is lost, and each is in the group that was named last", () => {
    check((ledger, expected) => {
      const { alerts, groups } = ledger.book();
      const found = alerts.map(({ key, groupId }) => [
        key,
        groups.find(({ id }) => id === groupId)?.key,
      ]);
      expect(new Map(found as [string, string][])).toEqual(new Map(expected));
    });
  });

  test("the groups that are open are those that have alerts, each key once", () => {
    check((ledger, expected) => {
      const open = ledger.book().groups.map(({ key }) => key);
      expect(open.sort()).toEqual([...new Set(expected.values())].sort());
    });
  });

  test("each group is told first as opened, and last as over, once each", () => {
    check((ledger) => {
      for (const { id, endedMs } of ledger.groups.values()) {
        const told = ledger.news.filter(({ groupId }) => groupId === id).map(({ kind }) => kind);
        const changes = told.slice(1, endedMs === null ? undefined : -1);
        expect(told[0]).toBe("opened");
        expect(changes.every((kind) => kind === "changed")).toBe(true);
        if (endedMs !== null) expect(["resolved", "moved"]).toContain(told.at(-1));
      }
    });
  });
});
