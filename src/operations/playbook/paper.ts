import { piecesOf } from "../../engine/base/codeSpans.ts";

/** Something to be printed: what it holds, in either of two forms. */
export interface Paper {
  readonly title: string;
  readonly blocks: readonly PaperBlock[];
}

export type PaperBlock =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  /** Each with a box to tick. */
  | { readonly kind: "boxes"; readonly items: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** To be typed as it stands. */
  | { readonly kind: "command"; readonly text: string };

export function paperMarkdown({ title, blocks }: Paper): string {
  return `${[`# ${plain(title)}`, ...blocks.map(blockMarkdown)].join("\n\n")}\n`;
}

function blockMarkdown(block: PaperBlock): string {
  switch (block.kind) {
    case "heading":
      return `## ${plain(block.text)}`;
    case "text":
      return block.text.trim().split("\n").map(sentenceMarkdown).join("\n");
    case "boxes":
      return block.items.map((item) => `- [ ] ${sentenceMarkdown(item)}`).join("\n");
    case "list":
      return block.items.map((item) => `- ${sentenceMarkdown(item)}`).join("\n");
    case "command":
      /* Four blanks: no text of its own ends the block (CommonMark, 4.4). */
      return block.text
        .split("\n")
        .map((line) => `    ${line}`)
        .join("\n");
  }
}

/** A sentence in which what stands between backticks stays code. */
function sentenceMarkdown(text: string): string {
  return piecesOf(onOneLine(text))
    .map(({ isCode, text: piece }) => (isCode ? `\`${piece}\`` : withoutMarkup(piece)))
    .join("");
}

/** Text that Markdown and HTML leave as it is. */
function plain(text: string): string {
  return withoutMarkup(onOneLine(text));
}

function onOneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

function withoutMarkup(text: string): string {
  return text.replace(/[\\`*_[\]<>&|#]/g, (sign) => ENTITIES[sign] ?? `\\${sign}`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
};

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.45 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 1.6rem; break-after: avoid; }
pre { border: 1px solid; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; break-inside: avoid; }
ul.boxes { list-style: "☐  "; } li { margin: .25rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } }
`;

/** One page without scripts, for the printer and for the screen. */
export function paperHtml({ title, blocks }: Paper): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style>`;
  const body = [`<h1>${escaped(title)}</h1>`, ...blocks.map(blockHtml)].join("\n");
  return `<!doctype html>\n<html lang="en"><head>${head}</head>\n<body><main>\n${body}\n</main></body></html>\n`;
}

function blockHtml(block: PaperBlock): string {
  switch (block.kind) {
    case "heading":
      return `<h2>${escaped(block.text)}</h2>`;
    case "text":
      return `<p>${sentence(block.text.trim()).replace(/\n/g, "<br>")}</p>`;
    case "boxes":
      return `<ul class="boxes">${itemsHtml(block.items)}</ul>`;
    case "list":
      return `<ul>${itemsHtml(block.items)}</ul>`;
    case "command":
      return `<pre>${escaped(block.text)}</pre>`;
  }
}

function itemsHtml(items: readonly string[]): string {
  return items.map((item) => `<li>${sentence(item)}</li>`).join("");
}

/** What stands between backticks is code, as on the pages. */
function sentence(text: string): string {
  return piecesOf(text)
    .map(({ isCode, text: piece }) => (isCode ? `<code>${escaped(piece)}</code>` : escaped(piece)))
    .join("");
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => ENTITIES[sign] ?? sign);
}
