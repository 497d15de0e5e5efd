import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { approve, validApprovals } from "./approval.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import { missing } from "./missing.ts";
import type { Actor, Change, Proof, SourceFiles } from "./model.ts";
import { askOverride, granted, grantOverride, overrideHashOf } from "./override.ts";
import { MAXIMUM_OVERRIDE_HOURS } from "./overrideTerm.ts";
import { isRefusal, type Result } from "./permission.ts";
import { shownHashOf } from "./shown.ts";
import { beginApply, draft, edit, endApply, endStuck, propose, prove } from "./transition.ts";

const person = (login: string, ...roles: Actor["roles"]): Actor => ({ login, roles });
const ANA = person("ana", "operator", "approver");
const BOB = person("bob", "approver");
const CAT = person("cat", "approver");
const VIC = person("vic", "viewer");

const file = (text: string): SourceFiles => new Map([["/etc/nftables.conf", text]]);
const NOW = 1_000;
const RULES: ApprovalRules = { approvers: ["ana", "bob", "cat", "eve"], pauseMs: null };
const AT = { atMs: NOW, nowMs: NOW, rules: RULES };

function made(result: Result): Change {
  if (isRefusal(result)) throw new Error(result.reason);
  return result;
}

const proposed = () => made(propose(made(draft(1, "fw1", file("a"), ANA)), ANA));

function proofOf({ contentHash }: Change, more: Partial<Proof> = {}): Proof {
  const broken = { brokenCritical: [], broken: [], brokenBefore: [] };
  const intents = { ...broken, undecidedCritical: [], undecided: [] };
  const hashes = { contentHash, runningHash: "running", networkHash: "network" };
  return { ...hashes, loads: true, isComplete: true, reasons: [], ...intents, ...more };
}

const proved = (change: Change, more: Partial<Proof> = {}) => prove(change, proofOf(change, more));
const shown = (change: Change) => shownHashOf(change) ?? "";
const approved = (change: Change, by: Actor = BOB) => made(approve(change, by, shown(change), AT));
const seen = ({ override }: Change) => (override === null ? "" : overrideHashOf(override));
const grantedBy = (change: Change, by: Actor, now = NOW) =>
  grantOverride(change, by, seen(change), now);
const begun = (change: Change) =>
  beginApply(change, ANA, change.proof ?? proofOf(change, { loads: false }), AT);
const kinds = (change: Change, now = NOW) => missing(change, now, RULES).map(({ kind }) => kind);

test("proved and approved by somebody else, it may be applied", () => {
  const change = approved(proved(proposed()));
  expect(kinds(change)).toEqual([]);
  const applying = made(begun(change));
  expect(endApply(applying, "confirmed").status).toBe("applied");
  expect(endApply(applying, "rolledBack").status).toBe("rolledBack");
  expect(endApply(applying, "refused").status).toBe("proposed");
});

test("behind a stuck apply somebody has to look before the change is over", () => {
  const applying = made(begun(approved(proved(proposed()))));
  const stuck = endApply(applying, "stuck");
  expect(stuck.status).toBe("applying");
  expect(endStuck(stuck).status).toBe("failed");
  expect(endStuck(endApply(applying, "confirmed")).status).toBe("applied");
});

test("who wrote any part of it does not approve it, though somebody else edited it last", () => {
  const EVE = person("eve", "operator", "approver");
  const third = proved(made(edit(made(edit(proposed(), file("b"), EVE)), file("c"), ANA)));
  expect(isRefusal(approve(third, EVE, shown(third), AT))).toBe(true);
  expect(isRefusal(approve(third, BOB, shown(third), AT))).toBe(false);
});

describe("what is missing is said", () => {
  const change = proposed();
  const cases: readonly (readonly [string, Change, readonly string[]])[] = [
    ["everything", change, ["proof", "approval"]],
    ["an approval", proved(change), ["approval"]],
    ["a whole proof", approved(proved(change, { isComplete: false })), ["proof"]],
    ["one that loads", approved(proved(change, { loads: false })), ["proof"]],
    ["a critical intent", approved(proved(change, { brokenCritical: ["mail-out"] })), ["intents"]],
    [
      "one that is undecided",
      approved(proved(change, { undecidedCritical: ["dns"] })),
      ["intents"],
    ],
    ["not: others", approved(proved(change, { broken: ["printer"], undecided: ["dns"] })), []],
  ];
  test.each(cases)("%s", (_name, one, expected) => {
    expect(kinds(one)).toEqual(expected);
    expect(isRefusal(begun(one))).toBe(expected.length > 0);
  });
});

describe("an approval is refused", () => {
  const change = proved(proposed());
  const cases: readonly (readonly [string, Result, RegExp])[] = [
    ["from its author", approve(change, ANA, shown(change), AT), /wrote it/],
    [
      "from its author by a second token",
      approve(change, person("ana", "approver"), shown(change), AT),
      /wrote it/,
    ],
    [
      "from its last editor",
      approve(proved(made(edit(change, file("b"), BOB))), BOB, shown(change), AT),
      /edited it last/,
    ],
    ["from somebody without the role", approve(change, VIC, shown(change), AT), /no approver/],
    [
      "of what was edited since",
      approve(proved(made(edit(change, file("b"), ANA))), BOB, shown(change), AT),
      /edited since/,
    ],
    [
      "of what was proved anew since, with another result",
      approve(proved(change, { broken: ["printer"] }), BOB, shown(change), AT),
      /proved anew with another result/,
    ],
    ["of what is not proved", approve(proposed(), BOB, "", AT), /not proved/],
    ["of a draft", approve(made(draft(2, "fw1", file("a"), ANA)), BOB, "", AT), /is a draft/],
  ];
  test.each(cases)("%s", (_name, result, reason) => {
    expect(isRefusal(result) && result.reason).toMatch(reason);
  });
});

describe("an approval is void at the begin of apply where what was shown is so no more", () => {
  const before: Partial<Proof> = { broken: ["printer"], undecided: ["dns"] };
  const change = approved(proved(proposed(), before));
  const RULE = ": prove and approve again";
  const cases: readonly (readonly [string, Partial<Proof>, string | null])[] = [
    ["not: nothing changed", {}, null],
    [
      "the running state",
      { runningHash: "other" },
      `the running state of fw1 changed after the approval${RULE}`,
    ],
    [
      "what is asked of the device",
      { networkHash: "other" },
      `what the network file says of fw1 changed after the approval${RULE}`,
    ],
    [
      "what it breaks",
      { broken: ["printer", "ntp"] },
      `it breaks printer, ntp, where printer was shown at the approval${RULE}`,
    ],
    [
      "what is broken already",
      { brokenBefore: ["ntp"] },
      `it finds broken ntp, where nothing was shown at the approval${RULE}`,
    ],
    [
      "what is undecided",
      { undecided: [] },
      `it leaves undecided nothing, where dns was shown at the approval${RULE}`,
    ],
  ];
  test.each(cases)("%s", (_name, now, reason) => {
    const result = beginApply(change, ANA, proofOf(change, { ...before, ...now }), AT);
    expect(isRefusal(result) ? result.reason : null).toBe(reason);
  });
});

test("any edit voids approvals, proof and override", () => {
  const change = approved(proved(proposed()));
  const edited = made(edit(change, file("b"), ANA));
  expect(validApprovals(edited, RULES)).toEqual([]);
  expect(kinds(edited)).toEqual(["proof", "approval"]);
});

test("going back to an approved content needs no second look, unless its approver edited", () => {
  const change = approved(proved(proposed()));
  const there = made(edit(change, file("b"), ANA));
  expect(validApprovals(proved(made(edit(there, file("a"), ANA))), RULES)).toHaveLength(1);
  expect(validApprovals(proved(made(edit(there, file("a"), BOB))), RULES)).toHaveLength(0);
});

describe("an override", () => {
  const against: Partial<Proof> = { brokenCritical: ["mail-out"], undecidedCritical: ["dns"] };
  const breaking = (change: Change) => approved(proved(change, against));
  const ask = { reason: "the line is cut anyway", untilMs: NOW + 10 };
  const asked = (more: Partial<typeof ask> = {}) =>
    made(askOverride(breaking(proposed()), ANA, { ...ask, ...more }, AT));

  test("needs a second person", () => {
    expect(kinds(asked())).toEqual(["grant"]);
    expect(isRefusal(grantedBy(asked(), ANA))).toBe(true);
    expect(kinds(made(grantedBy(asked(), CAT)))).toEqual([]);
  });

  test("names content, intents and end in the grant, and who gave it", () => {
    const { override, contentHash } = made(grantedBy(asked(), CAT));
    expect(override?.grant).toEqual({
      by: "cat",
      contentHash,
      intents: ["mail-out"],
      undecided: ["dns"],
      untilMs: NOW + 10,
      atMs: NOW,
    });
  });

  test("counts once it is granted, for its content, and until its end", () => {
    const nothing = { intents: [], undecided: [] };
    const change = made(grantedBy(asked(), CAT));
    expect(granted(asked(), NOW)).toEqual(nothing);
    expect(granted(change, NOW)).toMatchObject({ intents: ["mail-out"], undecided: ["dns"] });
    expect(granted(change, NOW + 10)).toEqual(nothing);
    expect(kinds(change, NOW + 10)).toEqual(["intents"]);
    expect(granted({ ...change, contentHash: "other" }, NOW)).toEqual(nothing);
  });

  test.each([
    ["another end", { untilMs: NOW + 11 }],
    ["another reason", { reason: "because" }],
  ])("that was asked anew with %s is not granted by who looked at the one before", (_, more) => {
    const result = grantOverride(asked(more), CAT, seen(asked()), NOW);
    expect(isRefusal(result) && result.reason).toMatch(/another override is asked for/);
  });

  test("is not granted for other intents than were looked at", () => {
    const more = proved(asked(), { ...against, brokenCritical: ["mail-out", "ntp"] });
    const again = made(askOverride(more, ANA, ask, AT));
    expect(isRefusal(grantOverride(again, CAT, seen(asked()), NOW))).toBe(true);
  });

  test("covers what it named only", () => {
    const change = made(grantedBy(asked(), CAT));
    const more = proved(change, { ...against, brokenCritical: ["mail-out", "ntp"] });
    expect(kinds(more)).toEqual(["approval", "intents"]);
    const worse = proved(change, { brokenCritical: ["mail-out", "dns"] });
    expect(kinds(worse)).toEqual(["approval", "intents"]);
    const better = proved(change, { undecidedCritical: ["mail-out"] });
    expect(kinds(better)).toEqual(["approval"]);
  });

  test.each([
    ["has a reason", { reason: " " }, /needs a reason/],
    ["has an end that is still to come", { untilMs: NOW }, /over already/],
    [
      "ends within a week",
      { untilMs: NOW + MAXIMUM_OVERRIDE_HOURS * 3_600_000 + 1 },
      /holds for 168 hours at most/,
    ],
  ])("%s", (_, more, reason) => {
    const result = askOverride(breaking(proposed()), ANA, { ...ask, ...more }, AT);
    expect(isRefusal(result) && result.reason).toMatch(reason);
  });

  test("is of something, and is not granted behind its end", () => {
    expect(isRefusal(askOverride(proved(proposed()), ANA, ask, AT))).toBe(true);
    expect(isRefusal(grantedBy(asked(), CAT, NOW + 10))).toBe(true);
  });
});

/** Whatever people do, one at a time and in any order. */
const deeds = fc.array(
  fc.tuple(
    fc.constantFrom("edit", "approve", "prove", "override", "grant", "apply"),
    fc.constantFrom(ANA, BOB, CAT, VIC),
    fc.constantFrom("a", "b"),
  ),
  { maxLength: 30 },
);

function act(change: Change, [deed, actor, text]: readonly [string, Actor, string]): Result {
  switch (deed) {
    case "edit":
      return edit(change, file(text), actor);
    case "approve":
      return approve(change, actor, shown(change), AT);
    case "prove":
      return prove(change, proofOf(change, { brokenCritical: text === "b" ? ["mail-out"] : [] }));
    case "override":
      return askOverride(change, actor, { reason: "x", untilMs: NOW + 1 }, AT);
    case "grant":
      return grantedBy(change, actor);
    default:
      return beginApply(change, actor, change.proof ?? proofOf(change), AT);
  }
}

test("nothing is applied that its writers alone have seen, or that breaks what nobody overrode", () => {
  fc.assert(
    fc.property(deeds, (all) => {
      let change = proposed();
      for (const deed of all) {
        const result = act(change, deed);
        if (!isRefusal(result)) change = result;
      }
      if (change.status !== "applying") return;
      const { author, lastEditor, proof, contentHash, override } = change;
      expect(proof?.contentHash).toBe(contentHash);
      const eyes = validApprovals(change, RULES).map(({ by }) => by);
      expect(eyes.some((by) => by !== author && by !== lastEditor)).toBe(true);
      if ((proof?.brokenCritical.length ?? 0) > 0)
        expect([override?.by, author, lastEditor, undefined]).not.toContain(override?.grant?.by);
    }),
    { seed: 1, numRuns: 2000 },
  );
});
