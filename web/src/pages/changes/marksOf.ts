import type { ProofAnswer } from "../../../../src/engine/answer/proof.ts";
import type { Mark } from "../../components/lineMarks.ts";

/** What is to be said at lines of a file: findings, and promises that the line breaks. */
export function marksOf(answer: ProofAnswer | null, file: string): readonly Mark[] {
  if (answer === null) return [];
  const findings = answer.findings
    .filter((finding) => finding.file === file && finding.line !== null)
    .map(
      ({ line, severity, code, message }): Mark => ({
        line: line ?? 1,
        tone: severity === "error" ? "bad" : "warn",
        text: `${code}: ${message}`,
      }),
    );
  return [...broken(answer, file), ...findings];
}

function broken({ broken: intents }: ProofAnswer, file: string): readonly Mark[] {
  const byLine = new Map<number, string[]>();
  for (const { id, by } of intents) {
    if (by === null || !("rule" in by) || by.rule.file !== file) continue;
    byLine.set(by.rule.line, [...(byLine.get(by.rule.line) ?? []), id]);
  }
  return [...byLine].map(([line, ids]) => ({
    line,
    tone: "bad",
    text: `breaks ${ids.join(", ")}`,
  }));
}
