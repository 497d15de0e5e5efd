import { describe, expect, test } from "vitest";
import { draftPostmortem, type IncidentStory } from "./draft.ts";

const BEGAN = Date.UTC(2023, 7, 10, 14, 0, 0);
const after = (seconds: number) => BEGAN + seconds * 1000;

const STORY: IncidentStory = {
  number: 25,
  title: "mail cannot leave",
  beganMs: BEGAN,
  noticedMs: after(1),
  undoneMs: after(41),
  recoveredMs: after(95),
  impact: ["mail servers could not reach the internet on tcp/25"],
  timeline: [
    { atMs: after(41), text: "undone by bob" },
    { atMs: BEGAN, text: "a rule was put in by hand" },
  ],
  cause: {
    rule: "ip saddr 10.10.2.8/29 counter drop",
    device: "edge",
    place: "inet edge forward",
    by: "ops2 (likely: the login was open then)",
    change: null,
    explains: ["Database errors follow from it: Postfix looks up each user there."],
  },
  noCause: ["Not found yet."],
  resolution: ["The rule was deleted by its handle."],
  ruledOut: ["database: its port answers its own clients"],
  tasks: [{ text: "Promise mail-out in premortem.yaml", check: "intent mail-out" }],
};

test("has the sections of the origin, in their order", () => {
  const headings = draftPostmortem(STORY).match(/^\*\*.*\*\*/gm);
  expect(headings).toEqual([
    "**Issue Summary:**",
    "**Timeline:**",
    "**Root Cause and Resolution:**",
    "**Corrective and Preventative Measures:**",
    "**Tasks to Address the Issue:**",
  ]);
});

test("tells when, how long, which rule, and who", () => {
  const text = draftPostmortem(STORY);
  expect(text).toContain("# 0x19-postmortem: mail cannot leave");
  expect(text).toContain("Duration: 2023-08-10 14:00:00 - 2023-08-10 14:01:35 (UTC) (1 min 35 s)");
  expect(text).toContain("    ip saddr 10.10.2.8/29 counter drop");
  expect(text).toContain("No change approved it.");
  expect(text).toMatch(/- 14:00:00: a rule .*\n- 14:00:41: undone by bob/);
});

test("what follows from the cause, and what was done, stand in lines of their own", () => {
  const text = draftPostmortem(STORY);
  expect(text).toContain("approved it.\n\n- Database errors follow from it: Postfix");
  expect(text).toContain("Resolution:\n- The rule was deleted by its handle.\n");
});

test("what is not known is not made up", () => {
  const open = { ...STORY, recoveredMs: null, cause: null, resolution: [], tasks: [] };
  const text = draftPostmortem(open);
  expect(text).toContain("still going on (UTC)");
  expect(text).toContain("Not found yet.");
  expect(text).toContain("Not resolved yet.");
});

test("over midnight, times have their day", () => {
  const timeline = [{ atMs: after(11 * 3600), text: "late" }];
  expect(draftPostmortem({ ...STORY, timeline })).toContain("- 2023-08-11 01:00:00: late");
});

describe("texts of tickets stay texts", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ["# not a heading\n\n# nor this", "\\# not a heading \\# nor this"],
    ["[a](javascript:x)", "\\[a\\](javascript:x)"],
    ["`code` *and* _more_", "\\`code\\` \\*and\\* \\_more\\_"],
  ];
  test.each(cases)("%s", (text, expected) => {
    expect(draftPostmortem({ ...STORY, impact: [text] })).toContain(`- ${expected}\n`);
  });

  test("a rule cannot end its block", () => {
    const cause = STORY.cause && { ...STORY.cause, rule: "drop\n```\n<b>" };
    expect(draftPostmortem({ ...STORY, cause })).toContain("    drop\n    ```\n    <b>");
  });
});
