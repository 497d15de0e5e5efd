import type { CheckAnswer } from "../../engine/answer/check.ts";
import type { Device } from "../../engine/device/device.ts";
import { isKept } from "../../engine/intents/model.ts";
import { findRepairs, type RepairAnswer, type RulesetFiles } from "../../engine/repair/index.ts";
import { movedSince } from "../../engine/repair/moved.ts";
import { intentsOn, unclearOn } from "./checkDevice.ts";
import { hostsOf } from "./hosts.ts";
import type { Network } from "./model.ts";

/** A ruleset as its files have it. */
export interface RepairedFiles {
  readonly after: RulesetFiles;
  /** Null: nobody knows what it was. */
  readonly before: RulesetFiles | null;
  readonly onto: Device | null;
}

/** What mends the intents that a device does not keep. */
export function repairsOn(
  network: Network,
  name: string,
  files: RepairedFiles,
  mayGoOn: () => boolean,
): RepairAnswer {
  const hosts = hostsOf(network, name);
  const intents = [...intentsOn(network, name)].map(([id, intent]) => ({ id, intent, hosts }));
  const { repairs, untried } = findRepairs({ ...files, intents, mayGoOn });
  /* What cannot be planned whole does not hold, whatever the rules are. */
  const unclear = unclearOn(network);
  const isClear = (id: string) => !unclear.has(id);
  return {
    untried,
    repairs: repairs
      .map((repair) => ({
        ...repair,
        restores: repair.restores.filter(isClear),
        leaves: [...repair.leaves, ...repair.restores.filter((id) => unclear.has(id))],
      }))
      .filter(({ restores }) => restores.length > 0),
  };
}

/** An answer in which what is sent elsewhere, or from another address, than before is no proof. */
export function withMovedSince(
  answer: CheckAnswer,
  network: Network,
  name: string,
  [before, after]: readonly [before: Device, after: Device],
): CheckAnswer {
  const hosts = hostsOf(network, name);
  const asked = [...intentsOn(network, name)].map(([id, intent]) => ({ id, intent, hosts }));
  const answers = new Map(answer.intents.map((one) => [one.id, one]));
  const moved = movedSince(before, after, asked, answers);
  return {
    ...answer,
    intents: answer.intents.map((one) => {
      const reasons = moved.get(one.id);
      if (reasons === undefined) return one;
      return { ...one, status: "undecided", reasons: [...one.reasons, ...reasons] };
    }),
  };
}

/** An answer with what mends what does not hold. */
export function withRepairs(
  answer: CheckAnswer,
  network: Network,
  name: string,
  files: RepairedFiles,
  mayGoOn: () => boolean,
): CheckAnswer {
  const isWhole = answer.intents.every(({ status }) =>
    files.before === null ? isKept(status) : status === "holds",
  );
  return isWhole ? answer : { ...answer, ...repairsOn(network, name, files, mayGoOn) };
}
