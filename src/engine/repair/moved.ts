import type { Device } from "../device/device.ts";
import { compareFlows } from "../diff/flowComparison.ts";
import { movedOtherwise } from "../diff/flowEffects.ts";
import { type IntentAnswer, isKept } from "../intents/model.ts";
import type { AskedIntent } from "./model.ts";

/** Answers by id. */
export type Answers = ReadonlyMap<string, IntentAnswer>;

/**
 * For each intent that is kept, why that is no proof: its packets are sent elsewhere, or from another address, than
 * before. Who answers there, a person has to say.
 */
export function movedSince(
  before: Device,
  now: Device,
  intents: readonly AskedIntent[],
  answers: ReadonlyMap<string, Pick<IntentAnswer, "status">>,
): ReadonlyMap<string, readonly string[]> {
  const kept = intents.filter(({ id }) => isKept(answers.get(id)?.status ?? "undecided"));
  if (kept.length === 0 || ![before, now].some(alters)) return new Map();
  const comparison = compareFlows(before, now);
  return new Map(
    kept.flatMap(({ id, intent }) => {
      const moved = movedOtherwise(comparison, intent);
      return moved.length === 0 ? [] : [[id, moved] as const];
    }),
  );
}

/** Answers in which what has moved is undecided. */
export function withMoved(
  answers: Answers,
  moved: ReadonlyMap<string, readonly string[]>,
): Answers {
  return new Map(
    [...answers].map(([id, answer]): [string, IntentAnswer] => {
      const reasons = moved.get(id);
      if (reasons === undefined) return [id, answer];
      return [id, { ...answer, status: "undecided", reasons: [...answer.reasons, ...reasons] }];
    }),
  );
}

/** Whether any rule translates packets or writes them. */
function alters({ tables }: Device): boolean {
  return tables.some(({ chains }) =>
    chains.some(({ rules }) =>
      rules.some(
        ({ isPlain, statements }) =>
          isPlain !== true && statements.some(({ kind }) => ALTERING.has(kind)),
      ),
    ),
  );
}

const ALTERING: ReadonlySet<string> = new Set(["nat", "write", "notrack"]);
