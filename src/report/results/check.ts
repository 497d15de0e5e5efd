import type { CheckAnswer, CheckedIntent } from "../../engine/answer/check.ts";
import { isKept } from "../../engine/intents/model.ts";
import type { Repair } from "../../engine/repair/index.ts";
import { shown } from "../formats/text/style.ts";
import { mendOf } from "../mend.ts";
import {
  counted,
  type Fact,
  fingerprintOf,
  linesOf,
  numbered,
  type Report,
  type Result,
  type RuleWords,
} from "../result.ts";
import { deciderText } from "./diff.ts";

/** Intents as results, one each: those that are broken first. */
export function checkReport({ intents, repairs, assumptions }: CheckAnswer): Report {
  const sorted = ORDER.flatMap((status) => intents.filter((one) => one.status === status));
  /* A status that is not known here is shown, and as no proof. */
  const others = intents.filter(({ status }) => !ORDER.includes(status));
  return {
    command: "check",
    headline: headline(intents),
    results: numbered([...sorted, ...others].map((one) => intentResult(one, repairs))),
    assumptions: assumptions.map(shown),
  };
}

type Status = CheckedIntent["status"];

const ORDER: readonly Status[] = ["broken", "undecided", "holds, except", "holds"];

const BROKEN: RuleWords = {
  id: "check/broken",
  title: "BROKEN",
  explanation: "The ruleset does not keep what the network file promises.",
};
const UNDECIDED: RuleWords = {
  id: "check/undecided",
  title: "UNDECIDED",
  explanation: "Whether the ruleset keeps what the network file promises could not be proved.",
};
const LIMITED: RuleWords = {
  id: "check/holds-except",
  title: "HOLDS, EXCEPT",
  explanation:
    "The ruleset keeps what the network file promises as long as tokens are there, counts are 0 and sets hold what they list; how far is told.",
};
const HOLDS: RuleWords = {
  id: "check/holds",
  title: "HOLDS",
  explanation: "The ruleset keeps what the network file promises: proved for all packets.",
};

function intentResult(intent: CheckedIntent, repairs: readonly Repair[]): Result {
  const { id, expect, from, to, services, status, by, reason } = intent;
  const arrow = expect === "reachable" ? "→" : "↛";
  const isRule = by !== null && "rule" in by;
  const mend = mendOf(id, repairs);
  return {
    ...standing(status),
    subject: shown(`${id}: ${from} ${arrow} ${to}, ${services.join(" ")}`),
    facts: [...factsOf(intent), ...mend.facts],
    place: isRule ? linesOf(by.rule.file, by.rule.line, by.rule.text) : null,
    related: [],
    help: isKept(status) ? "" : helpOf(intent, reason),
    ...(mend.fix === undefined ? {} : { fix: mend.fix }),
    fingerprint: fingerprintOf("check", id, status),
  };
}

function standing(status: Status): Pick<Result, "rule" | "outcome" | "level"> {
  if (status === "holds") return { rule: HOLDS, outcome: "pass", level: "note" };
  if (status === "holds, except") return { rule: LIMITED, outcome: "pass", level: "note" };
  if (status === "broken") return { rule: BROKEN, outcome: "fail", level: "error" };
  return { rule: UNDECIDED, outcome: "undecided", level: "warning" };
}

function factsOf(intent: CheckedIntent): readonly Fact[] {
  const { example, verdict, rejectWith, by, owner, critical, dependsOn, except, reasons } = intent;
  const word = rejectWith === null ? verdict : `${verdict} with ${rejectWith}`;
  const marks = [critical ? "critical" : "", owner ?? ""].filter((mark) => mark !== "");
  const facts: readonly (readonly [label: string, text: string])[] = [
    ["packet", example ?? ""],
    ["verdict", word === null ? "" : `${word}, ${deciderText(by)}`],
    ["owner", marks.join(", ")],
    ["holds, except", (except ?? []).join("; ")],
    ["depends on", dependsOn.join(", ")],
    ["because", reasons.join("; ")],
  ];
  return facts
    .filter(([, text]) => text !== "")
    .map(([label, text]) => ({ label, text: shown(text) }));
}

function helpOf({ status, expect, by }: CheckedIntent, reason: string | null): string {
  const why = reason === null ? "" : ` (it is promised because: ${shown(reason)})`;
  if (status !== "broken") return `settle what it depends on, or ask its owner${why}`;
  if (expect === "blocked") return `drop these packets before they are accepted${why}`;
  return by !== null && "rule" in by
    ? `accept these packets before this rule, or narrow it${why}`
    : `add a rule that accepts these packets${why}`;
}

function headline(intents: readonly CheckedIntent[]): string {
  if (intents.length === 0) return "no intents: nothing is promised, and nothing was proved";
  const count = (status: Status) => intents.filter((one) => one.status === status).length;
  const broken = count("broken");
  const [limited, holding] = [count("holds, except"), count("holds")];
  const open = intents.length - broken - limited - holding;
  const parts = [
    [broken, "broken"],
    [open, "undecided"],
    [holding, holding === 1 ? "holds" : "hold"],
    [limited, limited === 1 ? "holds with limits" : "hold with limits"],
  ] as const;
  const words = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  return `${counted(intents.length, "intent", "intents")}: ${words.join(", ")}`;
}
