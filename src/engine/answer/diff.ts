import type { ToldDecider } from "../compile/index.ts";
import type { Coverage } from "../device/device.ts";
import type { Difference, DifferenceClass, SideFate } from "../diff/index.ts";
import { type IntentAnswer, isKept } from "../intents/model.ts";
import type { Interpretation } from "../interpret/interpret.ts";
import type { Path } from "../packet/packet.ts";
import type { Repair } from "../repair/index.ts";
import { type PolicyPlace, placeOf, type RulePlace, rejectText, tableText } from "./decision.ts";
import { answerTrace, type TraceOutcome } from "./trace.ts";

/** Version of the JSON form. */
export const DIFF_FORMAT_VERSION = 1;

/** Which packets change their fate between two rulesets. */
export interface DiffAnswer {
  readonly formatVersion: number;
  /** True is a proof, under the assumptions; `reasons` says why something is undecided. */
  readonly equal: true | false | "undecided";
  readonly assumptions: readonly string[];
  readonly reasons: readonly string[];
  /** Disjoint; outside of them no verdict changes. */
  readonly classes: readonly DiffClass[];
  /** Classes beyond the limit that are not listed. */
  readonly truncated: number;
  /** What becomes of promises; empty where nobody asked about them. */
  readonly intents: readonly DiffIntent[];
  /** What mends those that do not hold after, best first. */
  readonly repairs: readonly Repair[];
  /** Ways to mend them that nobody had time to prove. */
  readonly untried: number;
  readonly coverage: { readonly before: Coverage; readonly after: Coverage };
}

export interface DiffIntent {
  readonly id: string;
  readonly before: IntentAnswer["status"];
  readonly after: IntentAnswer["status"];
  /** Why it is undecided after. */
  readonly reasons: readonly string[];
}

export interface DiffClass {
  readonly path: Path;
  /** `may`: in some state of what it depends on. */
  readonly kind: "verdict" | "translation" | "mark" | "tracking" | "may";
  readonly description: readonly string[];
  readonly exact: boolean;
  /** Distinct addresses, protocol and ports (or type and code), by family, as decimal text. */
  readonly size: { readonly ip: string; readonly ip6: string };
  /** States of connections that packets of the class can have. */
  readonly states: readonly string[];
  /** A packet that `trace` takes. */
  readonly example: string;
  /** What becomes of the packets beside the verdict, as far as it differs. */
  readonly alterations: readonly DiffAlteration[];
  readonly before: ExampleFate;
  readonly after: ExampleFate;
  readonly dependsOn: readonly string[];
  /** Ids of promises with packets in it that break, or hold again. */
  readonly intents: { readonly broken: readonly string[]; readonly repaired: readonly string[] };
  /** Recorded connections that it hits; null: none were given. */
  readonly flows: number | null;
}

export interface DiffAlteration {
  readonly kind: "translation" | "mark" | "tracking";
  /** `source`, `destination port`, `connection mark`, … */
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** What happens to the packets of a class on one side. */
export interface ExampleFate extends DiffFate {
  /** The example as it leaves, where it leaves in one way only; null: as it came. */
  readonly translated: string | null;
  /** What can happen to the example: complete and disjoint; empty where it cannot be walked. */
  readonly outcomes: readonly TraceOutcome[];
}

export interface DiffFate {
  readonly verdict: SideFate["verdict"];
  readonly rejectWith: string | null;
  /** Null: no chain of the path's main hook saw the packets. */
  readonly by:
    | { readonly rule: RulePlace }
    | { readonly policy: PolicyPlace }
    | { readonly kernel: string }
    | null;
}

/** What was asked about promises. */
export type DiffPromises = Pick<DiffAnswer, "intents" | "repairs" | "untried">;

const NOTHING_ASKED: DiffPromises = { intents: [], repairs: [], untried: 0 };

/** Puts a comparison into the form that is printed. */
export function answerDiff(
  difference: Difference,
  coverage: { readonly before: Coverage; readonly after: Coverage },
  promises: DiffPromises = NOTHING_ASKED,
): DiffAnswer {
  const { equal, assumptions, reasons, truncated, classes } = difference;
  return {
    formatVersion: DIFF_FORMAT_VERSION,
    equal,
    assumptions,
    reasons,
    classes: classes.map((one) => toClass(one, promises.intents)),
    truncated,
    ...promises,
    coverage,
  };
}

function toClass(
  { before, after, walks, meets, ...rest }: DifferenceClass,
  intents: readonly DiffIntent[],
): DiffClass {
  const own = intents.filter(({ id }) => meets.includes(id));
  const idsOf = (isMeant: (one: DiffIntent) => boolean) => own.filter(isMeant).map(({ id }) => id);
  return {
    ...rest,
    intents: {
      broken: idsOf((one) => one.after === "broken" && one.before !== "broken"),
      repaired: idsOf((one) => isKept(one.after) && !isKept(one.before)),
    },
    flows: null,
    before: { ...toFate(before), ...walked(rest.example, walks?.before) },
    after: { ...toFate(after), ...walked(rest.example, walks?.after) },
  };
}

/** Outcomes of one example that are told. */
const MAXIMUM_OUTCOMES = 16;

function walked(
  example: string,
  walk: Interpretation | undefined,
): Pick<ExampleFate, "translated" | "outcomes"> {
  if (walk === undefined) return { translated: null, outcomes: [] };
  const { translated, outcomes } = answerTrace(example, walk);
  return { translated, outcomes: outcomes.slice(0, MAXIMUM_OUTCOMES) };
}

function toFate({ verdict, rejectWith, by }: SideFate): DiffFate {
  return {
    verdict,
    rejectWith: rejectWith === null ? null : rejectText(rejectWith),
    by: by === null ? null : toDecider(by),
  };
}

export function toDecider(by: ToldDecider): NonNullable<DiffFate["by"]> {
  switch (by.kind) {
    case "rule":
      return { rule: placeOf(by.rule) };
    case "policy":
      return { policy: { table: tableText(by.table), chain: by.chain } };
    case "kernel":
      return { kernel: by.reason };
  }
}
