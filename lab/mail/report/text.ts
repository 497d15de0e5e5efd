import type { LoadCount, MailCount } from "../mailCount.ts";
import type { Report, SceneResult } from "./report.ts";

/** The report as Markdown. */
export function reportText({ startedMs, results }: Report): string {
  const parts = [
    "# The origin, played again",
    `${new Date(startedMs).toISOString().slice(0, 16).replace("T", " ")} UTC, \`npm run lab -- report\`. ` +
      "In the origin 3 h 30 min passed from the rule to its end, customers noticed first, and mail was lost to them all that time.",
    ...witnessText(results),
    ...problemsText(results),
  ];
  return `${parts.join("\n\n")}\n`;
}

function witnessText(results: readonly SceneResult[]): readonly string[] {
  const all = results.filter((one) => one.kind === "witness");
  if (all.length === 0) return [];
  return [
    "## Witness: the rule is put in by hand",
    table(
      [
        "plan",
        "position",
        "rule → difference told",
        "→ incident",
        "→ its cause",
        "undo takes",
        "rule → undone",
        "→ all symptoms over",
      ],
      all.map((one) => [
        one.plan,
        one.position,
        seconds(one.differenceMs),
        seconds(one.openedMs),
        seconds(one.causeMs),
        seconds(one.undoMs),
        seconds(one.undoneMs),
        seconds(one.recoveredMs),
      ]),
    ),
    ...all.map((one) =>
      [
        `**${one.plan}, ${one.position}.** ${code(one.rules.join("; "))}, put in by ${one.by ?? "nobody knows whom"}.`,
        ...one.explains.map((text) => `- follows from it: ${text}`),
        ...one.unexplained.map((text) => `- not tied to it: ${text}`),
        ...one.contradicted.map((flow) => `- worked all the same: ${flow}`),
        `- undone: ${one.undoText}`,
      ].join("\n"),
    ),
    "### Mails",
    mailTable(all.map((one) => ({ name: `${one.plan}, ${one.position}`, load: one.load }))),
  ];
}

interface Counted {
  readonly name: string;
  readonly load: LoadCount;
}

/** What became of the mails of each scene. */
export function mailTable(all: readonly Counted[]): string {
  const row = (name: string, direction: string, count: MailCount) => [
    name,
    direction,
    ...[count.sent, count.arrived, count.late].map(String),
    seconds(count.latestMs),
    ...[count.refused, count.bounced.length, count.missing.length, count.twice].map(String),
  ];
  return table(
    [
      "scene",
      "direction",
      "sent",
      "arrived",
      "late (> 5 s)",
      "the latest",
      "refused (the sender knows)",
      "bounced",
      "lost",
      "twice",
    ],
    all.flatMap(({ name, load }) => [row(name, "out", load.out), row(name, "in", load.in)]),
  );
}

function problemsText(results: readonly SceneResult[]): readonly string[] {
  const all = results.flatMap(({ kind, plan, position, problems }) =>
    problems.map((problem) => `- ${kind}, ${plan}, ${position}: ${problem}`),
  );
  return all.length === 0 ? [] : ["## Not as promised", all.join("\n")];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function seconds(ms: number | null): string {
  return ms === null ? "never" : `${(ms / 1000).toFixed(2)} s`;
}

function code(text: string): string {
  return `\`${text}\``;
}
