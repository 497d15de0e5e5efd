import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Actor, Change, Proof, SourceFiles } from "./model.ts";
import {
  approve,
  askOverride,
  beginApply,
  draft,
  edit,
  endApply,
  grantedIntents,
  grantOverride,
  isRefusal,
  missing,
  propose,
  prove,
  type Result,
  validApprovals,
} from "./transition.ts";

const person = (login: string, ...roles: Actor["roles"]): Actor => ({ login, roles });
const ANA = person("ana", "operator", "approver");
const BOB = person("bob", "approver");
const CAT = person("cat", "approver");
const VIC = person("vic", "viewer");

const file = (text: string): SourceFiles => new Map([["/etc/nftables.conf", text]]);
const RUNNING = "running";
const NOW = 1_000;

function made(result: Result): Change {
  if (isRefusal(result)) throw new Error(result.reason);
  return result;
}

const proposed = () => made(propose(made(draft(1, "fw1", file("a"), ANA)), ANA));

function proofOf({ contentHash }: Change, more: Partial<Proof> = {}): Proof {
  const nothing = { reasons: [], brokenCritical: [], broken: [], undecided: [] };
  return { contentHash, runningHash: RUNNING, loads: true, isComplete: true, ...nothing, ...more };
}

const approved = (change: Change, by: Actor = BOB) =>
  made(approve(change, by, change.contentHash, NOW));
const kinds = (change: Change, now = NOW) => missing(change, RUNNING, now).map(({ kind }) => kind);

test("proved and approved by somebody else, it may be applied", () => {
  const change = approved(prove(proposed(), proofOf(proposed())));
  expect(kinds(change)).toEqual([]);
  const applying = made(beginApply(change, ANA, RUNNING, NOW));
  expect(endApply(applying, "confirmed").status).toBe("applied");
  expect(endApply(applying, "rolledBack").status).toBe("rolledBack");
  expect(endApply(applying, "refused").status).toBe("proposed");
});

test("who wrote any part of it does not approve it, though somebody else edited it last", () => {
  const EVE = person("eve", "operator", "approver");
  const third = made(edit(made(edit(proposed(), file("b"), EVE)), file("c"), ANA));
  expect(isRefusal(approve(third, EVE, third.contentHash, NOW))).toBe(true);
  expect(isRefusal(approve(third, BOB, third.contentHash, NOW))).toBe(false);
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
    ["an approval", prove(change, proofOf(change)), ["approval"]],
    ["a proof", approved(change), ["proof"]],
    [
      "a proof on what runs now",
      approved(prove(change, proofOf(change, { runningHash: "before" }))),
      ["proof"],
    ],
    ["a whole proof", approved(prove(change, proofOf(change, { isComplete: false }))), ["proof"]],
    ["one that loads", approved(prove(change, proofOf(change, { loads: false }))), ["proof"]],
    [
      "a critical intent",
      approved(prove(change, proofOf(change, { brokenCritical: ["mail-out"] }))),
      ["intents"],
    ],
    ["not: others", approved(prove(change, proofOf(change, { broken: ["printer"] }))), []],
  ];
  test.each(cases)("%s", (_name, one, expected) => {
    expect(kinds(one)).toEqual(expected);
    expect(isRefusal(beginApply(one, ANA, RUNNING, NOW))).toBe(expected.length > 0);
  });
});

describe("an approval is refused", () => {
  const change = proposed();
  const cases: readonly (readonly [string, Result, RegExp])[] = [
    ["from its author", approve(change, ANA, change.contentHash, NOW), /wrote it/],
    [
      "from its author by a second token",
      approve(change, person("ana", "approver"), change.contentHash, NOW),
      /wrote it/,
    ],
    [
      "from its last editor",
      approve(made(edit(change, file("b"), BOB)), BOB, change.contentHash, NOW),
      /edited it last/,
    ],
    [
      "from somebody without the role",
      approve(change, VIC, change.contentHash, NOW),
      /no approver/,
    ],
    [
      "of what was edited since",
      approve(made(edit(change, file("b"), ANA)), BOB, change.contentHash, NOW),
      /edited since/,
    ],
    ["of a draft", approve(made(draft(2, "fw1", file("a"), ANA)), BOB, "", NOW), /is a draft/],
  ];
  test.each(cases)("%s", (_name, result, reason) => {
    expect(isRefusal(result) && result.reason).toMatch(reason);
  });
});

test("any edit voids approvals, proof and override", () => {
  const change = approved(prove(proposed(), proofOf(proposed())));
  const edited = made(edit(change, file("b"), ANA));
  expect(validApprovals(edited)).toEqual([]);
  expect(kinds(edited)).toEqual(["proof", "approval"]);
});

test("going back to an approved content needs no second look, unless its approver edited", () => {
  const change = approved(proposed());
  const there = made(edit(change, file("b"), ANA));
  expect(validApprovals(made(edit(there, file("a"), ANA)))).toHaveLength(1);
  expect(validApprovals(made(edit(there, file("a"), BOB)))).toHaveLength(0);
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
    const more = prove(change, proofOf(change, { brokenCritical: ["mail-out", "dns"] }));
    expect(kinds(more)).toEqual(["intents"]);
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
      return approve(change, actor, change.contentHash, NOW);
    case "prove":
      return prove(change, proofOf(change, { brokenCritical: text === "b" ? ["mail-out"] : [] }));
    case "override":
      return askOverride(change, actor, { reason: "x", untilMs: NOW + 1 });
    case "grant":
      return grantOverride(change, actor);
    default:
      return beginApply(change, actor, RUNNING, NOW);
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
