import { describe, expect, test } from "vitest";
import type { IncidentCause, Symptom, SymptomFlow } from "./model.ts";
import { type Deed, deed, explainDeeds, firewall } from "./testing/history.ts";

const flow = (from: string, to: string, service: string): SymptomFlow => ({ from, to, service });
const symptom = (id: string, sinceMs: number, ...flows: SymptomFlow[]): Symptom => ({
  id,
  sinceMs,
  text: id,
  flows,
  intent: null,
});
const MAIL = symptom("mail", 120, flow("mail-servers", "internet", "smtp"));
const USERS = symptom("users", 120, flow("mail-servers", "database", "tcp/5432"));

const CUT_MAIL = "ip saddr 10.10.2.8/29 tcp dport 25 drop";
const CUT_MAIL_TOO = "ip saddr 10.10.2.0/24 tcp dport { 25, 465 } drop";
const CUT_MAIL_AS_WELL = "tcp dport 25-26 drop";
const CUT_USERS = "ip daddr 10.10.4.10 tcp dport 5432 drop";
const HARMLESS = "ip saddr 10.99.0.1 counter packets 0 bytes 0";

const ana = (...rules: readonly string[]) => deed(100, "ana", firewall(...rules));
const bob = (...rules: readonly string[]) => deed(110, "bob", firewall(...rules));
const eve = (...rules: readonly string[]) => deed(115, "eve", firewall(...rules));
const undone = (...rules: readonly string[]): Deed => ({
  atMs: 130,
  by: { kind: "undo", incident: 1, login: "ana" },
  running: firewall(...rules),
});

/** Number of each difference, and whether it is taken back. */
function told(cause: IncidentCause) {
  if (cause.kind !== "explained") return cause.kind;
  const all = [cause, ...cause.others].map(
    ({ difference: { id }, isTakenBack }) => `${id}${isTakenBack ? " taken back" : ""}`,
  );
  const [first, ...others] = all;
  return { first, others, ruledOut: cause.ruledOut.map(({ id }) => id) };
}

describe("two guilty rules", () => {
  test("that cut two things are both told, each with what follows from it", async () => {
    const cause = await explainDeeds([ana(CUT_MAIL), bob(CUT_USERS, CUT_MAIL)], [MAIL, USERS]);
    expect(cause).toMatchObject({
      kind: "explained",
      difference: { id: "2" },
      explains: ["users"],
      others: [{ difference: { id: "1" }, explains: ["mail"], isTakenBack: false }],
      unexplained: [],
      ruledOut: [],
    });
  });

  test("are the one and then the other: what is left comes first once one is taken back", async () => {
    const deeds = [ana(CUT_MAIL), bob(CUT_USERS, CUT_MAIL), undone(CUT_USERS)];
    const cause = await explainDeeds(deeds, [MAIL, USERS], { waiting: [USERS] });
    expect(told(cause)).toEqual({ first: "2", others: ["1 taken back"], ruledOut: [] });
  });

  test("that cut the same are both told, since taking one back does not help", async () => {
    const deeds = [ana(CUT_MAIL), bob(CUT_MAIL_TOO, CUT_MAIL)];
    const cause = await explainDeeds(deeds, [MAIL]);
    expect(told(cause)).toEqual({ first: "1", others: ["2"], ruledOut: [] });
  });

  test("that cut the same: the second is the cause while it alone still cuts", async () => {
    const deeds = [ana(CUT_MAIL), bob(CUT_MAIL_TOO, CUT_MAIL), undone(CUT_MAIL_TOO)];
    const cause = await explainDeeds(deeds, [MAIL]);
    expect(told(cause)).toEqual({ first: "2", others: ["1 taken back"], ruledOut: [] });
  });
});

test("three rules that cut the same are all told, and a harmless one among them is not", async () => {
  const deeds = [
    ana(CUT_MAIL),
    bob(CUT_MAIL_TOO, CUT_MAIL),
    eve(CUT_MAIL_AS_WELL, CUT_MAIL_TOO, CUT_MAIL),
    deed(117, "eve", firewall(HARMLESS, CUT_MAIL_AS_WELL, CUT_MAIL_TOO, CUT_MAIL)),
  ];
  const cause = await explainDeeds(deeds, [MAIL]);
  expect(told(cause)).toEqual({ first: "1", others: ["3", "2"], ruledOut: ["4"] });
});

test("a cause that is taken back stays the cause of what it broke, and says so", async () => {
  const cause = await explainDeeds([ana(CUT_MAIL), undone()], [MAIL], { waiting: [MAIL] });
  expect(told(cause)).toEqual({ first: "1 taken back", others: [], ruledOut: [] });
});
