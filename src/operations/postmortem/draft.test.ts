import { describe, expect, test } from "vitest";
import { draftPostmortem, type IncidentStory, postmortemMarkdown } from "./draft.ts";

const BEGAN = Date.UTC(2023, 7, 10, 14, 0, 0);
const after = (seconds: number) => BEGAN + seconds * 1000;

const STORY: IncidentStory = {
  number: 25,
  title: "mail-out broken for mail-servers",
  beganMs: BEGAN,
  noticedMs: after(1),
  recoveredMs: after(95),
  impact: ["mail servers could not reach the internet on tcp/25"],
  moments: [
    { atMs: BEGAN, mark: "the change", text: "a rule was put in by hand" },
    { atMs: after(41), mark: "undone", text: "by bob" },
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
  records: {
    symptoms: ["nobody sends"],
    timeline: [
      { atMs: after(41), text: "undone by bob" },
      { atMs: after(3), text: "probe out fails" },
    ],
    explains: ["It breaks what was needed: nobody sends."],
  },
};

const drafted = (story: IncidentStory) => postmortemMarkdown(draftPostmortem(story));

test("has the sections of the origin, in their order", () => {
  const headings = drafted(STORY).match(/^\*\*.*\*\*/gm);
  expect(headings).toEqual([
    "**Issue Summary:**",
    "**Timeline:**",
    "**Root Cause and Resolution:**",
    "**Corrective and Preventative Measures:**",
    "**Tasks to Address the Issue:**",
  ]);
});

test("tells when, how long, which rule, and who", () => {
  const text = drafted(STORY);
  expect(text).toContain(
    "# 0x19-postmortem: mail-out broken for mail-servers, 2023-08-10 14:00 UTC, 1 min 35 s\n",
  );
  expect(text).toContain("Duration: 2023-08-10 14:00:00 - 2023-08-10 14:01:35 (UTC) (1 min 35 s)");
  expect(text).toContain("    ip saddr 10.10.2.8/29 counter drop");
  expect(text).toContain("No change approved it.");
  expect(text).toMatch(
    /- 14:00:00 \*\*the change\*\*: a rule .*\n- 14:00:41 \*\*undone\*\*: by bob/,
  );
});

test("all that was recorded is folded behind the story, in the order of time", () => {
  const { body, records } = draftPostmortem(STORY);
  expect(body).not.toContain("probe out fails");
  expect(records).toMatch(/- 14:00:03: probe out fails\n- 14:00:41: undone by bob/);
  expect(records).toContain("- nobody sends\n");
  expect(drafted(STORY)).toMatch(
    /<details>\n<summary>.*<\/summary>\n\nSymptoms:[\s\S]*\n<\/details>\n$/,
  );
});

test("what follows from the cause, and what was done, stand in lines of their own", () => {
  const text = drafted(STORY);
  expect(text).toContain("approved it.\n\n- Database errors follow from it: Postfix");
  expect(text).toContain("Resolution:\n- The rule was deleted by its handle.\n");
});

test("what is not known is not made up", () => {
  const open = { ...STORY, recoveredMs: null, cause: null, resolution: [], tasks: [] };
  const text = drafted(open);
  expect(text).toContain("still going on (UTC)");
  expect(draftPostmortem(open).title).toMatch(/, since 2023-08-10 14:00 UTC, still going on$/);
  expect(text).toContain("Not found yet.");
  expect(text).toContain("Not resolved yet.");
});

test("over midnight, times have their day", () => {
  const moments = [{ atMs: after(11 * 3600), mark: "noted", text: "late" }];
  expect(drafted({ ...STORY, moments })).toContain("- 2023-08-11 01:00:00 **noted**: late");
});

describe("texts of tickets stay texts", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ["# not a heading\n\n# nor this", "\\# not a heading \\# nor this"],
    ["[a](javascript:x)", "\\[a\\](javascript:x)"],
    ["`code` *and* _more_", "\\`code\\` \\*and\\* \\_more\\_"],
  ];
  test.each(cases)("%s", (text, expected) => {
    expect(drafted({ ...STORY, impact: [text] })).toContain(`- ${expected}\n`);
  });

  test("what was recorded cannot end its fold", () => {
    const records = { ...STORY.records, symptoms: ["</details>"] };
    expect(drafted({ ...STORY, records }).match(/<\/details>/g)).toHaveLength(1);
  });

  test("a rule cannot end its block", () => {
    const cause = STORY.cause && { ...STORY.cause, rule: "drop\n```\n<b>" };
    expect(drafted({ ...STORY, cause })).toContain("    drop\n    ```\n    <b>");
  });
});
