import type { IntentAnswer, IntentKind } from "../intents/model.ts";
import type { Repair } from "../repair/index.ts";
import { rejectText } from "./decision.ts";
import { type DiffFate, toDecider } from "./diff.ts";

/** Version of the JSON form. */
export const CHECK_FORMAT_VERSION = 1;

/** Which promises about flows a ruleset keeps. */
export interface CheckAnswer {
  readonly formatVersion: number;
  readonly intents: readonly CheckedIntent[];
  /** What mends those that do not hold, best first; empty: nothing was found, or nobody looked. */
  readonly repairs: readonly Repair[];
  /** Ways to mend them that nobody had time to prove. */
  readonly untried: number;
  /** What every "holds" and every "broken" rests on. */
  readonly assumptions: readonly string[];
}

/** What was promised, in the words of the network file. */
export interface IntentWords {
  readonly id: string;
  readonly expect: IntentKind;
  readonly from: string;
  readonly to: string;
  readonly services: readonly string[];
  readonly owner: string | null;
  readonly critical: boolean;
  readonly reason: string | null;
}

export interface CheckedIntent extends IntentWords {
  readonly status: IntentAnswer["status"];
  /** Which packets of the connections the example is one of; null where it holds. */
  readonly part: "first" | "reply" | "later" | null;
  /** A packet that `trace` takes; null where it holds. */
  readonly example: string | null;
  readonly verdict: DiffFate["verdict"] | null;
  readonly rejectWith: string | null;
  readonly by: DiffFate["by"];
  readonly dependsOn: readonly string[];
  /** How far it holds as long as nothing has happened; empty: without an end. Null: not even then. */
  readonly except: readonly string[] | null;
  /** Why it could not be decided. */
  readonly reasons: readonly string[];
}

/** Puts judged intents into the form that is printed. */
export function answerCheck(
  judged: readonly { readonly words: IntentWords; readonly answer: IntentAnswer }[],
): CheckAnswer {
  return {
    formatVersion: CHECK_FORMAT_VERSION,
    intents: judged.map(({ words, answer }) => checkedIntent(words, answer)),
    repairs: [],
    untried: 0,
    assumptions: [...new Set(judged.flatMap(({ answer }) => answer.assumptions))],
  };
}

function checkedIntent(words: IntentWords, answer: IntentAnswer): CheckedIntent {
  const { status, example, dependsOn, except, reasons } = answer;
  return {
    ...words,
    status,
    part: example?.part ?? null,
    example: example?.packet ?? null,
    verdict: example?.verdict ?? null,
    rejectWith: example?.rejectWith == null ? null : rejectText(example.rejectWith),
    by: example?.by == null ? null : toDecider(example.by),
    dependsOn,
    except,
    reasons,
  };
}
