import { isKept } from "../../engine/intents/model.ts";
import type { WatchState } from "../audit/model.ts";
import type { Standing } from "../audit/standing.ts";
import type { Network } from "../inventory/model.ts";
import { isStale, type ProbeState } from "../probe/model.ts";
import type { ActionCheck, Observation } from "./model.ts";

/** Points, from 0 to 100, of the last run of a drill of each of these people who has played it. */
export type DrillScores = (
  drill: string,
  logins: readonly string[],
) => Promise<readonly DrillResult[]>;

interface DrillResult {
  readonly login: string;
  readonly score: number;
}

/** What checks look at. */
export interface CheckSources {
  readonly network: () => Network;
  readonly standing: (device: string) => Promise<Standing>;
  readonly watched: () => ReadonlyMap<string, WatchState>;
  readonly probes: () => readonly ProbeState[];
  readonly drillScores: DrillScores;
}

/** Looks once at what an action is checked by. */
export async function look(
  sources: CheckSources,
  check: Exclude<ActionCheck, { kind: "person" }>,
  owner: string | null,
  nowMs: number,
): Promise<Observation> {
  switch (check.kind) {
    case "intent":
      return intentSeen(sources, check.intent, nowMs);
    case "probe":
      return probeSeen(sources.probes(), check.probe, nowMs);
    case "drill":
      return drillSeen(sources, check, owner, nowMs);
    case "approved":
      return approvedSeen(sources.watched().get(check.device), check.device, nowMs);
  }
}

async function intentSeen(
  { network, standing }: CheckSources,
  intent: string,
  atMs: number,
): Promise<Observation> {
  const { intents, devices } = network();
  if (!intents.some(({ id }) => id === intent))
    return { answer: "unknown", atMs, text: `the network file has no intent ${intent} yet` };
  const all = await Promise.all([...devices.keys()].map(standing));
  const judged = all.flatMap(({ device, intents: found }) =>
    found.filter(({ id }) => id === intent).map(({ status }) => ({ device, status })),
  );
  const broken = judged.find(({ status }) => status === "broken");
  if (broken !== undefined)
    return { answer: "bad", atMs, text: `intent ${intent} is broken on ${broken.device}` };
  const [unseen] = all.flatMap(({ notSeen }) => notSeen);
  if (unseen !== undefined) return { answer: "unknown", atMs, text: `not seen: ${unseen}` };
  return judged.length > 0 && judged.every(({ status }) => isKept(status))
    ? { answer: "good", atMs, text: `intent ${intent} holds on what runs (proved)` }
    : { answer: "unknown", atMs, text: `intent ${intent} is not decided` };
}

function probeSeen(states: readonly ProbeState[], name: string, nowMs: number): Observation {
  const state = states.find(({ monitor }) => monitor.id === name);
  const last = state?.last ?? null;
  if (state === undefined)
    return { answer: "unknown", atMs: nowMs, text: `the network file has no probe ${name} yet` };
  if (last === null || isStale(state, nowMs) || last.outcome === "blind")
    return { answer: "unknown", atMs: nowMs, text: `nothing is known of probe ${name} now` };
  const answer = last.outcome === "failed" ? "bad" : last.outcome === "ok" ? "good" : "unknown";
  return { answer, atMs: last.atMs, text: `probe ${name}: ${last.outcome}` };
}

/**
 * Played by whoever has taken it; by each member, where that is a team. What is told says whether the points suffice,
 * and never how many there were: they are the player's alone.
 */
async function drillSeen(
  { network, drillScores }: CheckSources,
  { drill, score }: Extract<ActionCheck, { kind: "drill" }>,
  owner: string | null,
  nowMs: number,
): Promise<Observation> {
  if (owner === null)
    return { answer: "unknown", atMs: nowMs, text: `nobody has taken it to play drill ${drill}` };
  const logins = network().teams.find(({ id }) => id === owner)?.members ?? [owner];
  const results = await drillScores(drill, logins);
  const isPlayed =
    logins.length > 0 && logins.every((one) => results.some((by) => by.login === one));
  if (!isPlayed) {
    const who = logins.length === 1 && logins[0] === owner ? owner : `everybody of ${owner}`;
    return { answer: "unknown", atMs: nowMs, text: `drill ${drill} was not played by ${who} yet` };
  }
  return results.every((one) => one.score >= score)
    ? { answer: "good", atMs: nowMs, text: `drill ${drill}: ${score} of 100 or more, as wanted` }
    : { answer: "bad", atMs: nowMs, text: `drill ${drill}: less than ${score} of 100` };
}

function approvedSeen(state: WatchState | undefined, device: string, atMs: number): Observation {
  if (state?.kind !== "watching")
    return { answer: "unknown", atMs, text: `${device} is not watched now` };
  const { isDrift, change } = state.drift;
  if (isDrift && change !== null)
    return { answer: "unknown", atMs, text: `a change is being applied on ${device}` };
  return isDrift
    ? { answer: "bad", atMs, text: `${device} runs another ruleset than was approved` }
    : { answer: "good", atMs, text: `${device} runs what was approved` };
}
