import { answerTrace, type TraceAnswer } from "../../engine/answer/trace.ts";
import type { Device, Rule } from "../../engine/device/device.ts";
import { type Interpretation, interpret } from "../../engine/interpret/interpret.ts";
import type { PathStep } from "../../engine/interpret/outcome.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";

/** Ids of policies begin so; no file is called like this. */
export const POLICY = "policy ";

export type Verdict = "accept" | "drop" | "reject";

/** What becomes of a packet, where nothing that is not known could make it otherwise. */
export interface Certain {
  readonly kind: "certain";
  readonly verdict: Verdict;
  readonly decider: Decider;
  /** Header with which it leaves; null: as it came. */
  readonly translated: string | null;
  /** Base chains that saw it, in order. */
  readonly steps: readonly PathStep[];
}

/** What decides, with a name that stays the same as long as the ruleset does. */
export interface Decider {
  readonly id: string;
  readonly text: string;
}

/** Nobody may be asked about it. */
export interface Uncertain {
  readonly kind: "uncertain";
  /** What it hangs on, as far as it has a name. */
  readonly on: readonly string[];
}

/** Walks a packet by the interpreter alone: the compiler is never asked, so that it is never believed either. */
export function certainly(device: Device, packet: string): Certain | Uncertain {
  const spec = parsePacket(packet);
  if (isNotationError(spec)) return { kind: "uncertain", on: [] };
  const interpretation = interpret(device, spec, { host: null });
  const answer = answerTrace(packet, interpretation);
  const decider = deciderOf(answer);
  const [only] = interpretation.outcomes;
  if (only === undefined || decider === null || !isCertain(answer, interpretation))
    return {
      kind: "uncertain",
      on: [...answer.variesBy, ...answer.dependsOn.map(({ unknown }) => unknown)],
    };
  return {
    kind: "certain",
    verdict: answer.verdict,
    decider,
    translated: answer.translated,
    steps: only.steps,
  };
}

/** All ways that it can go end alike, with the same header, by the same rule. */
function isCertain(
  answer: TraceAnswer,
  { complete }: Interpretation,
): answer is TraceAnswer & { readonly verdict: Verdict } {
  const { verdict, outcomes, variesBy, dependsOn } = answer;
  const isVerdict = verdict === "accept" || verdict === "drop" || verdict === "reject";
  return (
    complete &&
    isVerdict &&
    outcomes.length === 1 &&
    variesBy.length === 0 &&
    dependsOn.length === 0
  );
}

function deciderOf({ rule, policy }: TraceAnswer): Decider | null {
  if (rule !== null)
    return { id: `${rule.file}:${rule.line}`, text: lineText(rule.line, rule.text) };
  return policy === null ? null : policyDecider(policy.table, policy.chain);
}

export function ruleDecider({ span, text }: Rule): Decider {
  return { id: `${span.file}:${span.line}`, text: lineText(span.line, text) };
}

export function policyDecider(table: string, chain: string): Decider {
  return {
    id: `${POLICY}${table} ${chain}`,
    text: `the policy of chain ${chain} of ${table}, since no rule decides`,
  };
}

function lineText(line: number, text: string): string {
  return `line ${line}: ${text}`;
}
