import { describe, expect, test, vi } from "vitest";
import type { SeenDifference } from "../audit/model.ts";
import type { IncidentCause, Symptom, SymptomFlow } from "./model.ts";
import {
  type Deed,
  deed,
  differencesOf,
  explainDeeds,
  firewall,
  listed,
} from "./testing/history.ts";
import { exampleNetwork } from "./testing/openDesk.ts";

/* Each compiles a dozen rulesets, which a busy machine does slowly. */
vi.setConfig({ testTimeout: 120_000 });

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

describe("what accepting and dropping do not show is not ruled out", () => {
  const NAT =
    "table ip nat {\n\tchain NAME {\n\t\ttype nat hook NAME priority PRIORITY; policy accept;\n";
  const nat = (name: string, priority: string, ...rules: readonly string[]) =>
    `${NAT.replaceAll("NAME", name).replace("PRIORITY", priority)}${rules.map((rule) => `\t\t${rule}\n`).join("")}\t}\n}\n`;
  const OPEN =
    "table inet edge {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t}\n}\n";
  const SNAT = 'oifname "wan" ip saddr 10.10.0.0/16 snat to 203.0.113.1';
  const outgoing = (...rules: readonly string[]) =>
    listed(OPEN + nat("postrouting", "srcnat", ...rules));
  const incoming = (...rules: readonly string[]) =>
    listed(OPEN + nat("prerouting", "dstnat", ...rules));
  const listedWith = (text: string) => listed(OPEN + text);
  const raw = (rule: string) =>
    listedWith(
      `table ip raw {\n\tchain prerouting {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\t${rule}\n\t}\n}\n`,
    );
  const edgeOf = (device: string) =>
    listedWith(
      `table netdev early {\n\tchain in {\n\t\ttype filter hook ingress device "${device}" priority filter; policy accept;\n\t\tdrop\n\t}\n}\n`,
    );
  const IN = symptom("in", 120, flow("internet", "balancer", "smtp"));
  const DNAT = 'iifname "wan" ip daddr 203.0.113.1 tcp dport 25 dnat to 10.10.2.5';
  const REFUSED = "tcp dport 7 frobnicate";
  const cases = [
    ["a rule of source NAT that is deleted", outgoing(SNAT), outgoing(), MAIL, "unclear"],
    [
      "another address of source NAT",
      outgoing(SNAT),
      outgoing(SNAT.replace(/1$/, "9")),
      MAIL,
      "unclear",
    ],
    [
      "source NAT of others",
      outgoing(SNAT),
      outgoing(SNAT, 'oifname "lan" masquerade'),
      MAIL,
      "notByRules",
    ],
    [
      "destination NAT to a dead host",
      incoming(DNAT),
      incoming(DNAT.replace(/5$/, "99")),
      IN,
      "unclear",
    ],
    [
      "destination NAT of another service",
      incoming(DNAT),
      incoming(DNAT, DNAT.replaceAll("25", "26").replace(/5$/, "12")),
      IN,
      "notByRules",
    ],
    [
      "answers that are not tracked",
      listedWith(""),
      raw("ip saddr 10.10.4.10 tcp sport 5432 notrack"),
      USERS,
      "unclear",
    ],
    [
      "others that are not tracked",
      listedWith(""),
      raw("ip saddr 10.10.4.10 tcp sport 5433 notrack"),
      USERS,
      "notByRules",
    ],
    ["a chain at the edge", listedWith(""), edgeOf("dmz"), MAIL, "unclear"],
    ["a rule that cannot be read", firewall(), firewall(REFUSED), MAIL, "unclear"],
    [
      "taking away a rule that cannot be read",
      firewall(REFUSED, CUT_MAIL),
      firewall(CUT_MAIL),
      MAIL,
      "unclear",
    ],
  ] as const;
  test.each(cases)("%s: %#", async (_name, base, after, felt, expected) => {
    const cause = await explainDeeds([deed(100, "ana", after)], [felt], {}, base);
    expect(cause.kind).toBe(expected);
    if (cause.kind === "unclear")
      expect(cause.reasons.join()).toMatch(/^edge(:| was not read whole)/);
  });

  test("until it is taken back: only who put it back is asked about then", async () => {
    const deeds = [deed(100, "ana", outgoing()), deed(110, "ana", outgoing(SNAT))];
    const cause = await explainDeeds(deeds, [MAIL], {}, outgoing(SNAT));
    expect(cause).toMatchObject({ kind: "unclear", candidates: [{ id: "2" }] });
  });
});

describe("of many differences", () => {
  const OTHER = "tcp dport 79 drop";
  const deeds = [ana(CUT_MAIL), bob(CUT_MAIL, OTHER)];
  const [fatal, other] = differencesOf(exampleNetwork(), firewall(), deeds);
  if (fatal === undefined || other === undefined) throw new Error("no differences");
  const many = (given: Partial<SeenDifference>, atMs: number) => [
    fatal,
    ...Array.from({ length: 50 }, (_, place) => ({ ...other, ...given, id: 10 + place, atMs })),
  ];

  test("those that came after all that hurts take no place of one that may explain it", async () => {
    const cause = await explainDeeds(deeds, [MAIL], { differences: many({}, 200) });
    expect(cause).toMatchObject({ kind: "explained", difference: { id: "1" }, notExamined: 0 });
  });

  test("those that are harmless take none either, and are ruled out", async () => {
    const differences = many({ meaning: "harmless" }, 110);
    const cause = await explainDeeds(deeds, [MAIL], { differences });
    expect(cause).toMatchObject({ kind: "explained", difference: { id: "1" }, notExamined: 0 });
    expect(cause.ruledOut.length).toBe(40);
  });

  test("the one that is named already is asked again, however many came after it", async () => {
    const known = await explainDeeds(deeds, [MAIL]);
    const differences = many({}, 110);
    const forgotten = await explainDeeds(deeds, [MAIL], { differences });
    expect(forgotten).toMatchObject({ kind: "unclear", notExamined: 11 });
    const cause = await explainDeeds(deeds, [MAIL], { differences, known });
    expect(cause).toMatchObject({ kind: "explained", difference: { id: "1" }, notExamined: 10 });
  });
});

describe("which rules of a load do it by themselves", () => {
  const many = Array.from(
    { length: 40 },
    (_, place) => `ip saddr 10.99.1.${place} tcp dport 79 drop`,
  );
  const rulesOf = async (after: readonly string[], base: readonly string[], felt = MAIL) => {
    const cause = await explainDeeds(
      [deed(100, "ana", firewall(...after))],
      [felt],
      {},
      firewall(...base),
    );
    return cause.kind === "explained" ? cause.rules : cause.kind;
  };

  test("is found among many", async () => {
    const after = [...many.slice(0, 23), CUT_MAIL, ...many.slice(23)];
    expect(await rulesOf(after, [])).toEqual([`inet edge forward: ${CUT_MAIL}`]);
  });

  test("may be one that went, and that is said", async () => {
    const accept = "ip saddr 10.10.2.0/24 tcp dport 25 accept";
    const base = [accept, CUT_MAIL_TOO];
    expect(await rulesOf([CUT_MAIL_TOO, HARMLESS], base)).toEqual([
      `removed: inet edge forward: ${accept}`,
    ]);
  });

  test("is asked of the intent itself, where something shall be blocked", async () => {
    const drop = 'ip daddr 10.10.4.10 iifname "wan" drop';
    const intent = { device: "edge", id: "database-closed" };
    const open = { ...symptom("open", 100, flow("internet", "database", "tcp/0-65535")), intent };
    expect(await rulesOf([HARMLESS], [drop], open)).toEqual([
      `removed: inet edge forward: ${drop}`,
    ]);
  });
});
