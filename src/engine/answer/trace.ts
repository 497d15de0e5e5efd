import type { Interpretation } from "../interpret/interpret.ts";
import type { Outcome, OutcomeVerdict, PathStep } from "../interpret/outcome.ts";
import {
  type DecidedBy,
  decidedBy,
  type PolicyPlace,
  placeOf,
  type RulePlace,
  rejectText,
  tableText,
} from "./decision.ts";
import { decidingConditions, mergeOutcomes } from "./mergeOutcomes.ts";

/** Version of the JSON form: it grows with every change that a reader could notice. */
export const TRACE_FORMAT_VERSION = 1;

/** What happens to one packet, and why. */
export interface TraceAnswer {
  readonly formatVersion: number;
  /** The packet as it was asked. */
  readonly packet: string;
  /** `undecided` where the outcomes do not agree. */
  readonly verdict: OutcomeVerdict;
  /** In nft's words; null: no reject, or the outcomes differ. */
  readonly rejectWith: string | null;
  /** What decided, where all outcomes agree on it. */
  readonly rule: RulePlace | null;
  readonly policy: PolicyPlace | null;
  readonly kernel: string | null;
  /** Base chains that saw the packet, as far as the outcomes agree. */
  readonly path: readonly TraceStep[];
  /** The header as it leaves; null: as it came. */
  readonly translated: string | null;
  /** Complete and disjoint. */
  readonly outcomes: readonly TraceOutcome[];
  /** Fields left out of the packet that change the answer. */
  readonly variesBy: readonly string[];
  /** Unknowns that change the answer, with the rule that reads them. */
  readonly dependsOn: readonly TraceUnknown[];
}

export interface TraceStep {
  readonly hook: string;
  readonly table: string;
  readonly chain: string;
  readonly decision: PathStep["decision"];
  /** Null: the policy of the chain decided. */
  readonly rule: RulePlace | null;
}

export interface TraceOutcome {
  readonly verdict: OutcomeVerdict;
  readonly rejectWith: string | null;
  readonly by: DecidedBy;
  readonly translated: string | null;
  /** The interface that it leaves by, or `local`; null: nowhere, or not known. */
  readonly leaves: string | null;
  /** What the sender hears: `tcp-reset`, `icmp 3/3`, …, or `none`. */
  readonly answer: string;
  /** All of it has to hold; empty: always. */
  readonly when: readonly string[];
}

export interface TraceUnknown {
  readonly unknown: string;
  readonly file: string | null;
  readonly line: number | null;
}

/** Puts an interpretation into the form that is printed. */
export function answerTrace(packet: string, { outcomes, complete }: Interpretation): TraceAnswer {
  const merged = mergeOutcomes(outcomes, pathKey);
  const [first] = merged;
  const alike = <T>(of: (outcome: Outcome) => T, otherwise: T): T =>
    first !== undefined && merged.every((other) => keyed(of(other)) === keyed(of(first)))
      ? of(first)
      : otherwise;
  const deciding = decidingConditions(outcomes, resultKey);
  const by = alike((outcome) => decidedBy(outcome.by), NOBODY);
  return {
    formatVersion: TRACE_FORMAT_VERSION,
    packet,
    verdict: complete ? alike(({ verdict }) => verdict, "undecided") : "undecided",
    rejectWith: alike(rejectOf, null),
    ...by,
    path: commonPath(merged).map(toStep),
    translated: alike(({ translated }) => translated, null),
    outcomes: merged.map(toOutcome),
    variesBy: deciding.filter(({ origin }) => origin === "omitted").map(({ label }) => label),
    dependsOn: [
      ...deciding
        .filter(({ origin }) => origin === "unknown")
        .map(({ label, at }) => ({
          unknown: label,
          file: at?.file ?? null,
          line: at?.line ?? null,
        })),
      ...notModelled(merged),
    ],
  };
}

/** Rules that do something to the packet which has no model. */
function notModelled(outcomes: readonly Outcome[]): readonly TraceUnknown[] {
  const found = new Map<string, TraceUnknown>();
  for (const { verdict, by } of outcomes) {
    if (verdict !== "undecided" || by.kind !== "rule") continue;
    const { file, line, text } = placeOf(by.rule);
    found.set(`${file}:${line}`, { unknown: text, file, line });
  }
  return [...found.values()];
}

const NOBODY: DecidedBy = { rule: null, policy: null, kernel: null };

function keyed(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

function rejectOf({ verdict, rejectWith }: Outcome): string | null {
  return verdict === "reject" && rejectWith !== null ? rejectText(rejectWith) : null;
}

/** What the outcome is for the packet, by whatever way it came about. */
function resultKey(outcome: Outcome): string {
  const { verdict, translated, leaves, answer, by } = outcome;
  return keyed([verdict, rejectOf(outcome), translated, leaves, answer, decidedBy(by)]);
}

function pathKey(outcome: Outcome): string {
  return `${resultKey(outcome)} ${keyed(outcome.steps.map(toStep))}`;
}

function toStep({ hook, table, chain, decision, by }: PathStep): TraceStep {
  return { hook, table: tableText(table), chain, decision, rule: decidedBy(by).rule };
}

function toOutcome(outcome: Outcome): TraceOutcome {
  return {
    verdict: outcome.verdict,
    rejectWith: rejectOf(outcome),
    by: decidedBy(outcome.by),
    translated: outcome.translated,
    leaves: outcome.leaves,
    answer: outcome.answer,
    when: outcome.conditions.map(({ text }) => text),
  };
}

/** The steps that all outcomes begin with. */
function commonPath(outcomes: readonly Outcome[]): readonly PathStep[] {
  const [first, ...others] = outcomes;
  const steps = first?.steps ?? [];
  const differs = steps.findIndex((step, index) =>
    others.some(({ steps: theirs }) => {
      const their = theirs[index];
      return their === undefined || keyed(toStep(their)) !== keyed(toStep(step));
    }),
  );
  return differs < 0 ? steps : steps.slice(0, differs);
}
