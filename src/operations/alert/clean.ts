import type { Raised } from "./model.ts";

/** Characters of a key, a group, a title, a label and its value. */
export const MAXIMUM_LINE = 300;
/** Characters of a text, and of a link. */
export const MAXIMUM_TEXT = 4_000;
export const MAXIMUM_LINK = 2_000;
/** Labels of one alert. */
export const MAXIMUM_LABELS = 30;

/**
 * What an alert says, in lengths that a small screen and a database take: mail subjects, log lines and tickets
 * end up in it, and anybody can write those.
 */
export function clean({ key, group, title, text, labels, link, severity }: Raised): Raised {
  const cleaned = Object.entries(labels)
    .slice(0, MAXIMUM_LABELS)
    .map(([name, value]) => [toLine(name), toLine(value)] as const);
  return {
    key: toLine(key),
    group: toLine(group),
    severity,
    title: toLine(title),
    text: cut(
      text.replace(/\r\n?/g, "\n").replace(/[^\P{C}\n\t]|\p{Surrogate}/gu, "\ufffd"),
      MAXIMUM_TEXT,
    ),
    labels: Object.fromEntries(cleaned),
    link: link === null || link.length > MAXIMUM_LINK || !isWeb(link) ? null : link,
  };
}

/** Neither lines nor control characters: a title is a header elsewhere. */
export function toLine(text: string): string {
  return cut(text.replace(/[\s\p{C}]+/gu, " ").trim(), MAXIMUM_LINE);
}

/** Half a character is none. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function isWeb(link: string): boolean {
  return URL.canParse(link) && /^https?:$/.test(new URL(link).protocol);
}
