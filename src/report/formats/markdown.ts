import type { Place, Report, Result } from "../result.ts";

/** Rows of a table that stand open; more are folded. */
const OPEN_ROWS = 10;

/** GitHub takes comments of 65,536 characters: those of three commands fit into one. */
const MAXIMUM_CHARACTERS = 16_000;

/**
 * A comment for a merge request: what breaks first. What stands in files is always code: there it is no
 * HTML, no link and no mention.
 */
export function markdown({ command, headline, results, assumptions }: Report): string {
  const budget = { left: MAXIMUM_CHARACTERS };
  const told = results.filter(({ outcome }) => outcome !== "pass");
  const groups = new Map<string, Result[]>();
  for (const result of told) {
    const group = groups.get(result.rule.title) ?? [];
    groups.set(result.rule.title, group);
    group.push(result);
  }
  const parts = [
    `### premortem ${command}: ${headline}`,
    ...[...groups.values()].map((group) => groupText(group, budget)),
    ...passedText(results, command === "matrix" ? "proved" : "hold"),
    ...assumedText(assumptions),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

interface Budget {
  left: number;
}

function groupText(group: readonly Result[], budget: Budget): string {
  const [first] = group;
  if (first === undefined) return "";
  const { title, explanation } = first.rule;
  const labels = [...new Set(group.flatMap(({ facts }) => facts.map(({ label }) => label)))];
  const heads = ["what", ...labels, "where", "what to do"];
  const rows: string[] = [];
  for (const result of group) {
    const row = rowText(result, labels);
    if (budget.left < row.length) break;
    budget.left -= row.length;
    rows.push(row);
  }
  const head = [`| ${heads.join(" | ")} |`, `|${" --- |".repeat(heads.length)}`];
  const open = rows.slice(0, OPEN_ROWS);
  const folded = rows.slice(OPEN_ROWS);
  const missing = group.length - rows.length;
  return [
    `**${title}** ${explanation}`,
    ...(open.length === 0 ? [] : [[...head, ...open].join("\n")]),
    ...(folded.length === 0
      ? []
      : [
          `<details><summary>${folded.length} more</summary>`,
          [...head, ...folded].join("\n"),
          "</details>",
        ]),
    ...(missing === 0 ? [] : [`${missing} more are not shown here: see the report of the job`]),
  ].join("\n\n");
}

function rowText(result: Result, labels: readonly string[]): string {
  const { subject, facts, place, help } = result;
  const texts = new Map(facts.map(({ label, text }) => [label, text]));
  const cells = [
    subject,
    ...labels.map((label) => texts.get(label) ?? ""),
    place === null ? "" : placeText(place),
    help,
  ];
  return `| ${cells.map((cell) => (cell === "" ? "" : code(cell))).join(" | ")} |`;
}

function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

function passedText(results: readonly Result[], word: string): readonly string[] {
  const passed = results.filter(({ outcome }) => outcome === "pass");
  const [first] = passed;
  if (first === undefined) return [];
  const lines = passed.slice(0, 100).map(({ rule, subject }) => `- ${rule.title} ${code(subject)}`);
  return passed.length === 1
    ? lines
    : [`<details><summary>${passed.length} ${word}</summary>`, lines.join("\n"), "</details>"];
}

function assumedText(assumptions: readonly string[]): readonly string[] {
  if (assumptions.length === 0) return [];
  const lines = assumptions.map((one) => `- ${code(one)}`);
  return ["<details><summary>What this is proved under</summary>", lines.join("\n"), "</details>"];
}

/** What ends a span of code, or a cell of a table, or is read otherwise by some readers. */
const ENDS_SPAN = /[`|\\\p{Cc}]/u;

/** Letters, digits and blanks, and signs that mean nothing inside a line. */
const MEANS_SOMETHING = /[^\p{L}\p{N} ,;=/().-]|(?<=w)\./giu;

/**
 * Text of a file as code. A span of code is read by everybody as it stands; what cannot stand in one is
 * written by numbers in an element. GitHub looks for addresses of mail even there, so these are broken.
 */
function code(text: string): string {
  if (!ENDS_SPAN.test(text) && text.trim() === text) return `\`${text}\``;
  const safe = text
    .replace(/(?<=[\w.+-])@/g, "@\u200b")
    .replace(MEANS_SOMETHING, (sign) => `&#${sign.codePointAt(0)};`);
  return `<code>${safe}</code>`;
}
