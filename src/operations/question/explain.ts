import { tableText } from "../../engine/answer/decision.ts";
import type { PathStep } from "../../engine/interpret/outcome.ts";
import type { Certain } from "./certain.ts";

/** The walk of a packet through the chains, in sentences: what matched on the way, and what decided. */
export function explain({ steps, translated, verdict, decider }: Certain): readonly string[] {
  return [
    ...steps.flatMap(stepLines),
    ...(translated === null ? [] : [`it leaves as ${translated}`]),
    `${verdict}, by ${decider.text}`,
  ];
}

function stepLines({ hook, table, chain, decision, by, matched }: PathStep): readonly string[] {
  const place = `${hook}, chain ${chain} of ${tableText(table)}`;
  const last = by.kind === "rule" ? by.rule : null;
  const onTheWay = matched
    .filter((rule) => rule !== last)
    .map(({ span, text }) => `${place}: line ${span.line} matches and goes on: ${text}`);
  return [...onTheWay, `${place}: ${decision}${decidedText(by)}`];
}

function decidedText(by: PathStep["by"]): string {
  switch (by.kind) {
    case "rule":
      return ` at line ${by.rule.span.line}: ${by.rule.text}`;
    case "policy":
      return ", since no rule decided and this is its policy";
    case "kernel":
      return `, by the kernel: ${by.reason}`;
    case "none":
      return "";
  }
}
