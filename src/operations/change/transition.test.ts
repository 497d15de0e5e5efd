import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { approve, shownHashOf, validApprovals } from "./approval.ts";
import { missing } from "./missing.ts";
import type { Actor, Change, Proof, SourceFiles } from "./model.ts";
import { isRefusal, type Result } from "./permission.ts";
import {
  askOverride,
  beginApply,
  draft,
  edit,
  endApply,
  grantedIntents,
  grantOverride,
  propose,
  prove,
} from "./transition.ts";

const person = (login: string, ...roles: Actor["roles"]): Actor => ({ login, roles });
const ANA = person("ana", "operator", "approver");
const BOB = person("bob", "approver");
const CAT = person("cat", "approver");
const VIC = person("vic", "viewer");

const file = (text: string): SourceFiles => new Map([["/etc/nftables.conf", text]]);
const NOW = 1_000;

function made(result: Result): Change {
  if (isRefusal(result)) throw new Error(result.reason);
  return result;
}

const proposed = () => made(propose(made(draft(1, "fw1", file("a"), ANA)), ANA));

function proofOf({ contentHash }: Change, more: Partial<Proof> = {}): Proof {
  const intents = { brokenCritical: [], broken: [], brokenBefore: [], undecided: [] };
  const hashes = { contentHash, runningHash: "running", networkHash: "network" };
  return { ...hashes, loads: true, isComplete: true, reasons: [], ...intents, ...more };
}

const proved = (change: Change, more: Partial<Proof> = {}) => prove(change, proofOf(change, more));
const shown = (change: Change) => shownHashOf(change) ?? "";
const approved = (change: Change, by: Actor = BOB) => made(approve(change, by, shown(change), NOW));
const begun = (change: Change) =>
  beginApply(change, ANA, change.proof ?? proofOf(change, { loads: false }), NOW);
const kinds = (change: Change, now = NOW) => missing(change, now).map(({ kind }) => kind);

test("proved and approved by somebody else, it may be applied", () => {
  const change = approved(proved(proposed()));
  expect(kinds(change)).toEqual([]);
  const applying = made(begun(change));
  expect(endApply(applying, "confirmed").status).toBe("applied");
  expect(endApply(applying, "rolledBack").status).toBe("rolledBack");
  expect(endApply(applying, "refused").status).toBe("proposed");
});

test("who wrote any part of it does not approve it, though somebody else edited it last", () => {
  const EVE = person("eve", "operator", "approver");
  const third = proved(made(edit(made(edit(proposed(), file("b"), EVE)), file("c"), ANA)));
  expect(isRefusal(approve(third, EVE, shown(third), NOW))).toBe(true);
  expect(isRefusal(approve(third, BOB, shown(third), NOW))).toBe(false);
});

test("an override counts once it is granted, for its content, and until its end", () => {
  const change = prove(proposed(), proofOf(proposed(), { brokenCritical: ["mail-out"] }));
  const asked = made(askOverride(change, ANA, { reason: "now", untilMs: NOW + 10 }));
  const granted = made(grantOverride(asked, BOB));
  expect(grantedIntents(asked, NOW)).toEqual([]);
  expect(grantedIntents(granted, NOW)).toEqual(["mail-out"]);
  expect(grantedIntents(granted, NOW + 10)).toEqual([]);
});

describe("what is missing is said", () => {
  const change = proposed();
  const cases: readonly (readonly [string, Change, readonly string[]])[] = [
    ["everything", change, ["proof", "approval"]],
    ["an approval", proved(change), ["approval"]],
    ["a whole proof", approved(proved(change, { isComplete: false })), ["proof"]],
    ["one that loads", approved(proved(change, { loads: false })), ["proof"]],
    ["a critical intent", approved(proved(change, { brokenCritical: ["mail-out"] })), ["intents"]],
    ["not: others", approved(proved(change, { broken: ["printer"] })), []],
  ];
  test.each(cases)("%s", (_name, one, expected) => {
    expect(kinds(one)).toEqual(expected);
    expect(isRefusal(begun(one))).toBe(expected.length > 0);
  });
});

describe("an approval is refused", () => {
  const change = proved(proposed());
  const cases: readonly (readonly [string, Result, RegExp])[] = [
    ["from its author", approve(change, ANA, shown(change), NOW), /wrote it/],
    [
      "from its author by a second token",
      approve(change, person("ana", "approver"), shown(change), NOW),
      /wrote it/,
    ],
    [
      "from its last editor",
      approve(proved(made(edit(change, file("b"), BOB))), BOB, shown(change), NOW),
      /edited it last/,
    ],
    ["from somebody without the role", approve(change, VIC, shown(change), NOW), /no approver/],
    [
      "of what was edited since",
      approve(proved(made(edit(change, file("b"), ANA))), BOB, shown(change), NOW),
      /edited since/,
    ],
    [
      "of what was proved anew since, with another result",
      approve(proved(change, { broken: ["printer"] }), BOB, shown(change), NOW),
      /proved anew with another result/,
    ],
    ["of what is not proved", approve(proposed(), BOB, "", NOW), /not proved/],
    ["of a draft", approve(made(draft(2, "fw1", file("a"), ANA)), BOB, "", NOW), /is a draft/],
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
    const result = beginApply(change, ANA, proofOf(change, { ...before, ...now }), NOW);
    expect(isRefusal(result) ? result.reason : null).toBe(reason);
  });
});

test("any edit voids approvals, proof and override", () => {
  const change = approved(proved(proposed()));
  const edited = made(edit(change, file("b"), ANA));
  expect(validApprovals(edited)).toEqual([]);
  expect(kinds(edited)).toEqual(["proof", "approval"]);
});

test("going back to an approved content needs no second look, unless its approver edited", () => {
  const change = approved(proved(proposed()));
  const there = made(edit(change, file("b"), ANA));
  expect(validApprovals(proved(made(edit(there, file("a"), ANA))))).toHaveLength(1);
  expect(validApprovals(proved(made(edit(there, file("a"), BOB))))).toHaveLength(0);
});

describe("an override", () => {
  const breaking = (change: Change) =>
    approved(prove(change, proofOf(change, { brokenCritical: ["mail-out"] })));
  const ask = { reason: "the line is cut anyway", untilMs: NOW + 1 };
  const asked = () => made(askOverride(breaking(proposed()), ANA, ask));

  test("needs a second person", () => {
    expect(kinds(asked())).toEqual(["grant"]);
    expect(isRefusal(grantOverride(asked(), ANA))).toBe(true);
    expect(kinds(made(grantOverride(asked(), CAT)))).toEqual([]);
  });

  test("ends", () => {
    expect(kinds(made(grantOverride(asked(), CAT)), NOW + 1)).toEqual(["intents"]);
  });

  test("covers what it named only", () => {
    const change = made(grantOverride(asked(), CAT));
    const more = proved(change, { brokenCritical: ["mail-out", "dns"] });
    expect(kinds(more)).toEqual(["approval", "intents"]);
  });

  test("needs a reason, and something to override", () => {
    const change = breaking(proposed());
    expect(isRefusal(askOverride(change, ANA, { ...ask, reason: " " }))).toBe(true);
    expect(isRefusal(askOverride(proposed(), ANA, ask))).toBe(true);
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
      return approve(change, actor, shown(change), NOW);
    case "prove":
      return prove(change, proofOf(change, { brokenCritical: text === "b" ? ["mail-out"] : [] }));
    case "override":
      return askOverride(change, actor, { reason: "x", untilMs: NOW + 1 });
    case "grant":
      return grantOverride(change, actor);
    default:
      return beginApply(change, actor, change.proof ?? proofOf(change), NOW);
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
      const eyes = validApprovals(change).map(({ by }) => by);
      expect(eyes.some((by) => by !== author && by !== lastEditor)).toBe(true);
      if ((proof?.brokenCritical.length ?? 0) > 0)
        expect([override?.by, author, lastEditor, null]).not.toContain(override?.grantedBy);
    }),
    { seed: 1, numRuns: 2000 },
  );
});
