import type { DiffAnswer, DiffClass, DiffFate } from "../../engine/answer/diff.ts";
import { BECOMINGS, type Becoming, becomingOf } from "../../engine/answer/diffGroups.ts";
import type { Device } from "../../engine/device/device.ts";
import { adviceOf } from "../advice.ts";
import { shown } from "../formats/text/style.ts";
import {
  counted,
  type Fact,
  fingerprintOf,
  linesOf,
  numbered,
  type Place,
  type Report,
  type Result,
  type RuleWords,
} from "../result.ts";
import { promiseResults } from "./promises.ts";

/** Where policies stand, and where to show what no line is to blame for. */
export interface DiffPlaces {
  readonly before: Device;
  readonly after: Device;
  /** The first file as it shall be. */
  readonly file: string;
}

/** A difference as results: what closes, what opens, and what is not proved. */
export function diffReport(answer: DiffAnswer, places: DiffPlaces): Report {
  const { classes, assumptions, truncated, reasons } = answer;
  const results = [
    ...promiseResults(
      answer,
      ({ after }) => placeOf(after, places.after) ?? linesOf(places.file, 1),
    ),
    ...BECOMINGS.flatMap((becoming) =>
      classes
        .filter((one) => becomingOf(one) === becoming)
        .map((one) => classResult(one, becoming, places)),
    ),
    ...(truncated === 0 ? [] : [truncatedResult(truncated)]),
    ...reasons.map(reasonResult),
    ...(reasons.length + truncated === 0 ? [restResult(classes.length)] : []),
  ];
  return {
    command: "diff",
    headline: headline(answer),
    results: numbered(results),
    assumptions: assumptions.map(shown),
  };
}

/** What becomes of packets whose verdict is another one. */
const BECOMES: Readonly<Record<Becoming, RuleWords>> = {
  close: {
    id: "diff/closes",
    title: "CLOSES",
    explanation: "Packets that got through before do not get through any more.",
  },
  open: {
    id: "diff/opens",
    title: "OPENS",
    explanation: "Packets that did not get through before get through now.",
  },
  change: {
    id: "diff/changes",
    title: "CHANGES",
    explanation: "Packets fare otherwise than before, such as rejected instead of dropped.",
  },
  "may close": {
    id: "diff/may-close",
    title: "MAY CLOSE",
    explanation:
      "In some state of a limiter, a set or another unknown, packets do not get through any more.",
  },
  "may open": {
    id: "diff/may-open",
    title: "MAY OPEN",
    explanation: "In some state of a limiter, a set or another unknown, packets get through now.",
  },
  "may change": {
    id: "diff/may-change",
    title: "MAY CHANGE",
    explanation: "In some state of a limiter, a set or another unknown, packets fare otherwise.",
  },
};

/** Kinds of classes whose verdict stays. */
const ALTERS: ReadonlyMap<DiffClass["kind"], RuleWords> = new Map([
  [
    "translation",
    {
      id: "diff/translation",
      title: "TRANSLATES OTHERWISE",
      explanation: "Packets leave with other addresses or ports than before.",
    },
  ],
  [
    "mark",
    {
      id: "diff/mark",
      title: "MARKS OTHERWISE",
      explanation: "Packets or connections get other marks than before.",
    },
  ],
  [
    "tracking",
    {
      id: "diff/tracking",
      title: "TRACKS OTHERWISE",
      explanation: "Connections are tracked otherwise than before: zone, helper, or not at all.",
    },
  ],
]);

const UNDECIDED: RuleWords = {
  id: "diff/undecided",
  title: "NOT PROVED",
  explanation: "Something could not be compared: it may have changed.",
};

const TRUNCATED: RuleWords = {
  id: "diff/truncated",
  title: "NOT TOLD",
  explanation: "More packets fare otherwise than are told one by one.",
};

const REST: RuleWords = {
  id: "diff/unchanged",
  title: "UNCHANGED",
  explanation: "All other packets fare as before.",
};

function classResult(one: DiffClass, becoming: Becoming, places: DiffPlaces): Result {
  const { path, kind, description, exact, example, before, after, dependsOn } = one;
  const rule = ALTERS.get(kind) ?? BECOMES[becoming];
  const told = exact ? description : [...description, "(the rest is counted, not told)"];
  const now = placeOf(after, places.after);
  const then = placeOf(before, places.before);
  return {
    rule,
    outcome: kind === "may" ? "undecided" : "fail",
    level: rule === BECOMES.close ? "error" : "warning",
    subject: `${path}: ${told.map(shown).join("; ")}`,
    facts: [
      { label: "packet", text: shown(example) },
      ...alterationFacts(one),
      { label: "before", text: fateText(before) },
      { label: "after", text: fateText(after) },
      ...dependsFacts(dependsOn),
    ],
    place: now ?? linesOf(places.file, 1),
    related: then === null ? [] : [{ label: "it was decided here before", place: then }],
    help: adviceOf(one),
    fingerprint: fingerprintOf(
      rule.id,
      path,
      ...description,
      ...one.alterations.flatMap(({ what, before, after }) => [what, before, after]),
      stableText(before),
      stableText(after),
    ),
  };
}

function alterationFacts({ alterations }: DiffClass): readonly Fact[] {
  const texts = alterations.map(({ what, before, after }) => `${what}: ${before} → ${after}`);
  return texts.length === 0 ? [] : [{ label: "changes", text: shown(texts.join("; ")) }];
}

function dependsFacts(dependsOn: readonly string[]): readonly Fact[] {
  return dependsOn.length === 0
    ? []
    : [{ label: "depends on", text: dependsOn.map(shown).join(", ") }];
}

function placeOf({ by }: DiffFate, device: Device): Place | null {
  if (by === null || "kernel" in by) return null;
  if ("rule" in by) return linesOf(by.rule.file, by.rule.line, by.rule.text);
  const { table, chain } = by.policy;
  const span = device.tables
    .find(({ family, name }) => `${family} ${name}` === table)
    ?.chains.find(({ name }) => name === chain)?.base?.policySpan;
  return span === undefined ? null : linesOf(span.file, span.line);
}

function fateText({ verdict, rejectWith, by }: DiffFate): string {
  const word = rejectWith === null ? verdict : `${verdict} with ${rejectWith}`;
  return `${word}, ${deciderText(by)}`;
}

/** What decided, in one line. */
export function deciderText(by: DiffFate["by"]): string {
  if (by === null) return "no chain filters these packets";
  if ("rule" in by)
    return shown(`${by.rule.file}:${by.rule.line}: ${by.rule.text.split("\n")[0] ?? ""}`);
  if ("policy" in by)
    return shown(`policy of chain ${by.policy.chain} in table ${by.policy.table}`);
  return shown(`the kernel: ${by.kernel}`);
}

/** What decided, without the place that moves. */
function stableText({ verdict, rejectWith, by }: DiffFate): string {
  const decider = by === null ? "" : "rule" in by ? by.rule.text : JSON.stringify(by);
  return `${verdict} ${rejectWith ?? ""} ${decider}`;
}

function truncatedResult(count: number): Result {
  const subject = `${counted(count, "further class", "further classes")} of packets changed`;
  return {
    ...plain(TRUNCATED, subject),
    outcome: "fail",
    level: "warning",
    help: "make the change in smaller steps, and compare each",
  };
}

function reasonResult(reason: string): Result {
  return { ...plain(UNDECIDED, shown(reason)), outcome: "undecided", level: "warning" };
}

function restResult(classes: number): Result {
  const subject =
    classes === 0 ? "equal: proved for all packets" : "nothing else changes: proved for all others";
  return { ...plain(REST, subject), outcome: "pass", level: "note" };
}

function plain(rule: RuleWords, subject: string): Omit<Result, "outcome" | "level"> {
  const fingerprint = fingerprintOf(rule.id, subject);
  return { rule, subject, facts: [], place: null, related: [], help: "", fingerprint };
}

function headline(answer: DiffAnswer): string {
  const { equal, classes, reasons, truncated, intents } = answer;
  if (equal === true) return "equal: proved for all packets";
  const counts = BECOMINGS.flatMap((becoming) => {
    const count = classes.filter((one) => becomingOf(one) === becoming).length;
    return count === 0 ? [] : [becomesText(becoming, count)];
  });
  const isWhole = reasons.length + truncated === 0;
  const rest = isWhole ? "nothing else changes" : "not all else is proved unchanged";
  const begin = equal === "undecided" ? "undecided: " : "";
  if (counts.length === 0) return "undecided: not proved equal";
  const broken = intents.filter(({ before, after }) => after === "broken" && before !== "broken");
  const breaks =
    broken.length === 0 ? "" : `breaks ${counted(broken.length, "intent", "intents")}; `;
  return `${begin}${breaks}${counts.join(", ")}; ${rest}`;
}

function becomesText(becoming: Becoming, count: number): string {
  const classes = counted(count, "class", "classes");
  if (becoming.startsWith("may ")) return `${classes} ${becoming}`;
  return `${classes} ${becoming}${count === 1 ? "s" : ""}`;
}
