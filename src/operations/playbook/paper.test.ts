import { expect, test } from "vitest";
import { paperHtml, paperMarkdown } from "./paper.ts";

const printed = (text: string) => paperHtml({ title: "T", blocks: [{ kind: "text", text }] });

test("on paper, what stands between backticks is code, and HTML of others is text", () => {
  expect(printed("it names no `sources` of it")).toContain(
    "<p>it names no <code>sources</code> of it</p>",
  );
  expect(printed("`<b>` & a ` alone")).toContain("<p><code>&lt;b&gt;</code> &amp; a ` alone</p>");
});

test("in Markdown it stays code, and signs of others mark nothing up", () => {
  const items = ["`ss -tn | wc -l`: *how* many <b>?", "one ` alone"];
  const text = paperMarkdown({ title: "T", blocks: [{ kind: "boxes", items }] });
  expect(text).toContain("- [ ] `ss -tn | wc -l`: \\*how\\* many &lt;b&gt;?\n");
  expect(text).toContain("- [ ] one \\` alone\n");
});
