import type { DecidedBy, RulePlace } from "../../../engine/answer/decision.ts";
import type { TraceAnswer, TraceOutcome, TraceStep } from "../../../engine/answer/trace.ts";
import { excerptLines } from "./excerpt.ts";
import { columns, fitted, type Style, shown, type Tint, tint } from "./style.ts";

/** Outcomes that are printed; JSON has all. */
const MAXIMUM_OUTCOMES = 12;

/** A trace for people: the verdict first, then the rule, the way, and what it depends on. */
export function traceText(answer: TraceAnswer, style: Style): string {
  const parts = [
    headline(answer, style),
    decider(answer, style),
    pathLines(answer.path, style),
    answer.outcomes.length > 1 ? outcomeLines(answer.outcomes, style) : [],
    dependencies(answer, style),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n")}\n`;
}

const VERDICT_TINTS: Readonly<Record<string, Tint>> = {
  accept: "green",
  drop: "red",
  reject: "red",
  queue: "yellow",
  undecided: "yellow",
};

function verdictWord(style: Style, verdict: string, rejectWith: string | null): string {
  const word = rejectWith === null ? verdict : `${verdict} with ${rejectWith}`;
  return tint(style, VERDICT_TINTS[verdict] ?? "yellow", word);
}

function headline(answer: TraceAnswer, style: Style): readonly string[] {
  const verdict = tint(
    style,
    "bold",
    verdictWord(style, answer.verdict, answer.rejectWith).toUpperCase(),
  );
  const lines = [`${verdict}  ${shown(answer.packet)}`];
  if (answer.translated !== null) lines.push(`leaves as  ${answer.translated}`);
  return lines;
}

function decider(answer: TraceAnswer, style: Style): readonly string[] {
  const { rule, policy, kernel } = answer;
  if (rule !== null) return ruleExcerpt(rule, style);
  if (policy !== null)
    return [`by the policy of chain ${policy.chain} in table ${policy.table}: no rule decided`];
  if (kernel !== null) return [`by the kernel itself: ${kernel}`];
  return answer.outcomes.length > 1 ? [] : ["no chain sees this packet"];
}

function ruleExcerpt({ file, line, text }: RulePlace, style: Style): readonly string[] {
  return excerptLines(style, { file, line, column: null, length: 0, text });
}

function pathLines(path: readonly TraceStep[], style: Style): readonly string[] {
  if (path.length === 0) return [];
  const rows = path.map(({ hook, table, chain, decision, rule }) => [
    `  ${hook}`,
    shown(`${table} ${chain}`),
    decision,
    rule === null ? "policy" : `${shown(rule.file)}:${rule.line}`,
  ]);
  return [tint(style, "bold", "path"), ...columns(rows)];
}

function outcomeLines(outcomes: readonly TraceOutcome[], style: Style): readonly string[] {
  const lines = [tint(style, "bold", `${outcomes.length} outcomes`)];
  for (const { verdict, rejectWith, by, translated, when } of outcomes.slice(0, MAXIMUM_OUTCOMES)) {
    const as = translated === null ? "" : ` as ${translated}`;
    lines.push(`  ${verdictWord(style, verdict, rejectWith)}${as}  ${byText(by)}`);
    lines.push(...when.map((condition) => fitted(style, `      if ${shown(condition)}`, 0)));
  }
  if (outcomes.length > MAXIMUM_OUTCOMES)
    lines.push(`  … and ${outcomes.length - MAXIMUM_OUTCOMES} more: see --json`);
  return lines;
}

function byText({ rule, policy, kernel }: DecidedBy): string {
  if (rule !== null) return `${shown(rule.file)}:${rule.line}`;
  if (policy !== null) return `policy of ${policy.table} ${policy.chain}`;
  return kernel === null ? "no chain" : `the kernel: ${kernel}`;
}

function dependencies(answer: TraceAnswer, style: Style): readonly string[] {
  const { variesBy, dependsOn } = answer;
  return [
    ...(variesBy.length === 0
      ? []
      : [`varies by ${tint(style, "yellow", variesBy.join(", "))}: give them to decide it`]),
    ...dependsOn.map(({ unknown, file, line }) => {
      const place = file === null ? "" : ` (${shown(file)}:${line})`;
      return fitted(style, `depends on ${shown(unknown)}${place}`, 0);
    }),
  ];
}
