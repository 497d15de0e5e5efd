import MarkdownIt from "markdown-it";
import { useMemo } from "react";
import { piecesOf } from "../../../src/engine/base/codeSpans.ts";
import classes from "./Markdown.module.css";

/* Texts of strangers come into it (log lines, tickets): their HTML is shown as text, and no link or
 * picture is made of what they write. */
const markdown = new MarkdownIt({ html: false, linkify: false, breaks: true }).disable([
  "image",
  "link",
  "autolink",
]);
/* Sentences of premortem keep their backticks through the draft, where they are escaped. */
markdown.renderer.rules["text"] = (tokens, at) =>
  piecesOf(tokens[at]?.content ?? "")
    .map(({ isCode, text }) => {
      const escaped = markdown.utils.escapeHtml(text);
      return isCode ? `<code>${escaped}</code>` : escaped;
    })
    .join("");

export function Markdown({ text }: { readonly text: string }) {
  const html = useMemo(() => markdown.render(text), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: markdown-it escapes what is no markdown
  return <div className={classes["markdown"]} dangerouslySetInnerHTML={{ __html: html }} />;
}
