import { describe, expect, test } from "vitest";
import { askAlone, soloistOf } from "./alone.ts";
import { approve, isFourEyes, validApprovals, whyVoid } from "./approval.ts";
import type { ApprovalRules } from "./approvalRules.ts";
import { missing } from "./missing.ts";
import type { Actor, Change, Proof } from "./model.ts";
import { askOverride } from "./override.ts";
import { isRefusal, type Result } from "./permission.ts";
import { shownHashOf } from "./shown.ts";
import { beginApply, draft, edit, propose, prove } from "./transition.ts";

const ANA: Actor = { login: "ana", roles: ["operator", "approver"] };
const BOB: Actor = { login: "bob", roles: ["approver"] };
const PAUSE_MS = 600_000;
const NOW = 1_000;
const LOSS = "no mail leaves the house until I drive there";

const SOLO: ApprovalRules = { approvers: ["ana"], pauseMs: PAUSE_MS };
const WITH_BOB: ApprovalRules = { ...SOLO, approvers: ["ana", "bob"] };
const FORBIDDEN: ApprovalRules = { ...SOLO, pauseMs: null };

const files = (text: string) => new Map([["/etc/nftables.conf", text]]);
const shown = (change: Change) => shownHashOf(change) ?? "";

function made(result: Result): Change {
  if (isRefusal(result)) throw new Error(result.reason);
  return result;
}

function proved(change: Change, more: Partial<Proof> = {}): Change {
  const intents = { brokenCritical: [], broken: [], brokenBefore: [] };
  const unsure = { undecidedCritical: [], undecided: [] };
  const hashes = { contentHash: change.contentHash, runningHash: "r", networkHash: "n" };
  const whole = { loads: true, isComplete: true, reasons: [] };
  return prove(change, { ...hashes, ...whole, ...intents, ...unsure, ...more });
}

const written = () => proved(made(propose(made(draft(1, "fw1", files("a"), ANA)), ANA)));
const asked = (change: Change, rules = SOLO, loss = LOSS) =>
  askAlone(change, ANA, { loss, shownHash: shown(change) }, { atMs: NOW, rules });
const given = (change: Change, atMs: number, rules = SOLO) =>
  approve(change, ANA, shown(change), { atMs, rules });
const approvedAlone = () => made(given(made(asked(written())), NOW + PAUSE_MS));
const begun = (change: Change, rules = SOLO) =>
  beginApply(change, ANA, change.proof ?? fail(), { nowMs: NOW, rules });
const reason = (result: Result) => (isRefusal(result) ? result.reason : null);

function fail(): never {
  throw new Error("it is not proved");
}

test("who is alone says what would be lost, waits, and approves: applied, and not four eyes", () => {
  const change = approvedAlone();
  expect(change.approvals.map(({ by, alone }) => [by, alone?.loss])).toEqual([["ana", LOSS]]);
  expect(isFourEyes(change, SOLO)).toBe(false);
  expect(missing(change, NOW, SOLO)).toEqual([]);
  expect(made(begun(change)).isFourEyes).toBe(false);
});

test("with somebody else's approval it is four eyes, also where one may be alone", () => {
  const rules = { ...SOLO, approvers: ["bob"] };
  const change = made(approve(written(), BOB, shown(written()), { atMs: NOW, rules }));
  expect(made(begun(change, rules)).isFourEyes).toBe(true);
});

test("what is missing says who has to do what, and from when", () => {
  const change = written();
  const alone = { kind: "alone", by: "ana", pauseMs: PAUSE_MS };
  expect(missing(change, NOW, SOLO)).toEqual([{ ...alone, untilMs: null, reason: null }]);
  const waiting = made(asked(change));
  expect(missing(waiting, NOW, SOLO)).toMatchObject([{ ...alone, untilMs: NOW + PAUSE_MS }]);
  expect(missing(change, NOW, WITH_BOB)).toMatchObject([{ kind: "approval", notBy: ["ana"] }]);
});

test("before the end of the pause it is refused, to the millisecond", () => {
  const change = made(asked(written()));
  expect(reason(given(change, NOW + PAUSE_MS - 1))).toMatch(/^the pause goes on until 1970-01-01 /);
  expect(reason(given(change, NOW + PAUSE_MS))).toBeNull();
});

test("asking anew begins the pause anew", () => {
  const again = askAlone(
    made(asked(written())),
    ANA,
    { loss: LOSS, shownHash: shown(written()) },
    { atMs: NOW + 5, rules: SOLO },
  );
  expect(reason(given(made(again), NOW + PAUSE_MS))).toMatch(/pause goes on/);
});

describe("nobody asks to approve alone", () => {
  test.each([
    ["where the network file does not say so", FORBIDDEN, /lets nobody approve alone/],
    ["where somebody else may approve", WITH_BOB, /`bob` may approve it/],
    ["who is no approver any more", { ...SOLO, approvers: [] }, /no approver any more/],
  ])("%s", (_, rules, why) => {
    expect(reason(asked(written(), rules))).toMatch(why);
  });

  test("who did not write it", () => {
    const rules = { ...SOLO, approvers: ["bob"] };
    const ask = { loss: LOSS, shownHash: shown(written()) };
    expect(reason(askAlone(written(), BOB, ask, { atMs: NOW, rules }))).toMatch(/did not write it/);
  });

  test.each([
    ["nothing", ""],
    ["blanks", "                              "],
    ["one letter again and again", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
    ["one word again and again", "mail mail mail mail mail mail"],
    ["too little", "mail is gone"],
    ["no letters", "1234567890 1234567890 !?.,;:"],
  ])("with %s as what would be lost", (_, loss) => {
    expect(reason(asked(written(), SOLO, loss))).toBe("it is not said what would be lost");
  });

  test("on what was edited since they looked, or is not proved", () => {
    const edited = made(edit(written(), files("b"), ANA));
    expect(reason(asked(edited))).toMatch(/not proved/);
    const ask = { loss: LOSS, shownHash: shown(written()) };
    const result = askAlone(proved(edited), ANA, ask, { atMs: NOW, rules: SOLO });
    expect(reason(result)).toMatch(/edited since you looked/);
  });
});

describe("a pause counts no more", () => {
  const late = NOW + PAUSE_MS;

  test("once it is edited: it is asked for anew", () => {
    const edited = proved(made(edit(made(asked(written())), files("b"), ANA)));
    expect(edited.alone).toBeNull();
    expect(reason(given(edited, late))).toMatch(/nobody else may approve it$/);
  });

  test.each([
    ["the running state is another", { runningHash: "s" }, /running state of fw1 changed after/],
    ["it breaks something else", { broken: ["printer"] }, /it breaks printer, where nothing/],
  ])("once %s", (_, more, why) => {
    expect(reason(given(proved(made(asked(written())), more), late))).toMatch(why);
  });

  test("once somebody else may approve, or the network file allows it no more", () => {
    const change = made(asked(written()));
    expect(reason(given(change, late, WITH_BOB))).toMatch(/wrote it, or edited it last/);
    expect(reason(given(change, late, FORBIDDEN))).toMatch(/wrote it, or edited it last/);
  });
});

describe("an approval that was given alone is void at the begin of apply", () => {
  test.each([
    ["once somebody else may approve", WITH_BOB, /`bob` may approve it/],
    ["once the network file allows it no more", FORBIDDEN, /lets nobody approve alone/],
  ])("%s", (_, rules, why) => {
    const change = approvedAlone();
    expect(validApprovals(change, rules)).toEqual([]);
    expect(change.approvals.map((one) => whyVoid(change, one, rules))).toEqual([
      expect.stringMatching(why),
    ]);
    expect(reason(begun(change, rules))).toMatch(why);
  });

  test("once it is edited, and after the same content came back as well only with its own proof", () => {
    const edited = proved(made(edit(approvedAlone(), files("b"), ANA)));
    expect(reason(begun(edited))).toMatch(/edited after the approval/);
  });
});

test("alone nobody overrides the proof: what a second person has to say cannot be said", () => {
  const change = proved(written(), { brokenCritical: ["mail-out"] });
  const ask = { reason: "x", untilMs: NOW + 1 };
  const at = { nowMs: NOW, rules: SOLO };
  expect(reason(askOverride(change, ANA, ask, at))).toMatch(/nobody could grant it/);
  expect(reason(askOverride(change, ANA, ask, { ...at, rules: WITH_BOB }))).toBeNull();
});

test("who wrote nothing of it is not alone with it", () => {
  expect(soloistOf(written(), { ...SOLO, approvers: ["bob"] })).toBeNull();
  expect(soloistOf(written(), SOLO)).toBe("ana");
});
