import { expect, test } from "vitest";
import { paperHtml } from "./paper.ts";

const printed = (text: string) => paperHtml({ title: "T", blocks: [{ kind: "text", text }] });

test("on paper, what stands between backticks is code, and HTML of others is text", () => {
  expect(printed("it names no `sources` of it")).toContain(
    "<p>it names no <code>sources</code> of it</p>",
  );
  expect(printed("`<b>` & a ` alone")).toContain("<p><code>&lt;b&gt;</code> &amp; a ` alone</p>");
});
