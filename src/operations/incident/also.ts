import { setImmediate } from "node:timers/promises";
import { isReadWhole } from "../audit/meaning.ts";
import type { Network } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { type Asked, askSymptom } from "./asked.ts";
import type { Symptom } from "./model.ts";
import type { Proofs } from "./proofs.ts";
import { type Sides, takeBack } from "./running.ts";

/*
 * What cuts a connection that is cut already breaks nothing more, and goes on cutting it once the first cause is
 * taken back. So what hurts is asked again of what runs without that: which difference is in its way there.
 */

/** A difference with what it made of what. */
export interface Recorded extends Sides {
  readonly id: string;
  readonly device: string;
}

export interface ToAsk {
  readonly network: Network;
  /** What hurts still. */
  readonly waiting: readonly Symptom[];
  /** What runs on each device, as far as it was seen. */
  readonly running: ReadonlyMap<string, Snapshot>;
  readonly differences: readonly Recorded[];
  readonly proofs: Proofs;
}

/** Differences that cut what hurts where the first one is taken back: by id, the symptoms that follow from each. */
export async function alsoCutting(
  question: ToAsk,
  first: Recorded,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const [device, now] of question.running) {
    const onIt = question.differences.filter((one) => one.device === device);
    const back = device === first.device ? takeBack(first, now) : null;
    const way: Way = { ...question, snapshot: back?.kind === "back" ? back.snapshot : now };
    if (!isReadWhole(runningDevice(way.snapshot))) continue;
    for (const symptom of question.waiting)
      for (const asked of askSymptom(question.network, device, symptom)) {
        if (asked.kind !== "asked" || statusOf(way, asked) !== "broken") continue;
        for (const { id } of await inTheWay(way, asked, [...onIt].reverse()))
          found.set(id, [...new Set([...(found.get(id) ?? []), symptom.id])]);
      }
  }
  return found;
}

/** What runs there, or would. */
interface Way extends Pick<ToAsk, "network" | "proofs"> {
  readonly snapshot: Snapshot;
}

type Question = Extract<Asked, { kind: "asked" }>;

function statusOf({ network, proofs, snapshot }: Way, asked: Question) {
  return proofs.status(network, runningDevice(snapshot).device, asked);
}

/** Those of which each lets it pass again by itself; else all that have to go together for it, newest first. */
async function inTheWay(
  way: Way,
  asked: Question,
  newestFirst: readonly Recorded[],
): Promise<readonly Recorded[]> {
  const alone: Recorded[] = [];
  for (const one of newestFirst) if (await passesWithout(way, asked, [one])) alone.push(one);
  if (alone.length > 0) return alone;
  let count = 1;
  while (
    count <= newestFirst.length &&
    !(await passesWithout(way, asked, newestFirst.slice(0, count)))
  )
    count++;
  if (count > newestFirst.length) return [];
  let needed = newestFirst.slice(0, count);
  for (const one of needed) {
    const rest = needed.filter((other) => other !== one);
    if (await passesWithout(way, asked, rest)) needed = rest;
  }
  return needed;
}

/** Whether it holds where these are taken back; what cannot be taken back stays. */
async function passesWithout(
  way: Way,
  asked: Question,
  taken: readonly Recorded[],
): Promise<boolean> {
  let { snapshot } = way;
  for (const one of taken) {
    const back = takeBack(one, snapshot);
    if (back.kind === "back") snapshot = back.snapshot;
  }
  if (snapshot === way.snapshot) return false;
  /* A proof takes tens of milliseconds: a device that is being applied to has its turn in between. */
  await setImmediate();
  return statusOf({ ...way, snapshot }, asked) === "holds";
}
