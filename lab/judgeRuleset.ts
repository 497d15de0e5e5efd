import type { Device, Rule } from "../src/engine/device/device.ts";
import { Pool } from "./aim/pool.ts";
import { type Aimed, Shooter } from "./aim/shooter.ts";
import { Chance, seedOf } from "./chance.ts";
import { type Flight, Judge, shotOf, type Tally } from "./judge.ts";
import { Kernel } from "./kernel.ts";
import { firstAddresses, makeLabHost } from "./labHost.ts";
import { explainMissed, type Missed } from "./missed.ts";
import { matchHandles, type RulesByHandle } from "./observed.ts";
import { type Reach, reachOf } from "./reach/reach.ts";
import { Search } from "./reach/search.ts";
import { loadCommand, loadedText, type Ruleset } from "./ruleset.ts";
import { Outside } from "./scenario.ts";
import { World } from "./world.ts";

export interface JudgeOptions {
  /** Packets at least. */
  readonly packets: number;
  readonly seed: number;
  /** Rules at most that are searched for with the compiler's sets, once aiming has missed them; all where not said. */
  readonly searched?: number;
}

/** What came of one ruleset. */
export type Judgement =
  | {
      readonly kind: "notLoaded";
      readonly name: string;
      readonly reason: string;
      /** False: the tools take it, and the harness cannot judge it. */
      readonly isRefused: boolean;
    }
  | {
      readonly kind: "judged";
      readonly name: string;
      readonly tally: Tally;
      readonly rules: number;
      readonly missed: readonly Missed[];
      readonly edits: readonly string[];
    };

/** Scenarios between two moments at which all connections are forgotten. */
const SCENARIOS_BETWEEN_FLUSHES = 150;
const SCENARIOS_IN_A_BATCH = 300;
/** Times that a rule is aimed at before it is given up. */
const MAXIMUM_ATTEMPTS = 8;
/** Packets that hit a rule as the model says and that the kernel is asked about. */
const MAXIMUM_SHOTS = 6;

/** Loads a ruleset into a namespace of its own, plays packets and compares. */
export async function judgeRuleset(ruleset: Ruleset, options: JudgeOptions): Promise<Judgement> {
  const { name, parsed } = ruleset;
  const argv = loadCommand(ruleset.dialect);
  if (argv === null) return { kind: "notLoaded", name, reason: "no ruleset", isRefused: true };
  const reason = beyondJudging(parsed.device);
  if (reason !== null) return { kind: "notLoaded", name, reason, isRefused: false };
  const kernel = new Kernel();
  try {
    const host = makeLabHost(ruleset.interfaces, firstAddresses(parsed.device));
    await kernel.setUp(host.setup);
    const refusal = await kernel.load(argv, loadedText(ruleset));
    if (refusal !== null)
      return { kind: "notLoaded", name, reason: firstLine(refusal), isRefused: true };
    const byHandle = matchHandles(parsed.device, await kernel.rules());
    if (typeof byHandle === "string") throw new Error(`${name}: ${byHandle}`);
    await kernel.observe();
    const reach = reachOf(parsed.device);
    const tally = await play(kernel, ruleset, byHandle, reach, options);
    checkProofs(tally, reach);
    const rules = [...byHandle.values()];
    const unhit = rules.filter((rule) => !tally.hit.has(rule));
    const missed = unhit.map((rule) => explainMissed(rule, reach));
    return { kind: "judged", name, tally, rules: rules.length, missed, edits: ruleset.edits };
  } finally {
    await kernel.close();
  }
}

async function play(
  kernel: Kernel,
  { name, parsed: { device }, interfaces }: Ruleset,
  rules: RulesByHandle,
  reach: Reach | null,
  { packets, seed, searched }: JudgeOptions,
): Promise<Tally> {
  const host = makeLabHost(interfaces, firstAddresses(device));
  const chance = new Chance(seedOf(`${name} ${seed}`));
  const pool = new Pool(device, interfaces, chance);
  const outside = new Outside(device, host);
  const shooter = new Shooter(device, pool, chance, outside);
  const search = reach === null ? null : new Search(device, host, outside, reach, chance);
  const judge = new Judge(device, host, rules);
  const world = new World(host);
  const hunt = { search, searched: searched ?? Number.POSITIVE_INFINITY };
  const plan = planOf(shooter, hunt, [...rules.values()], judge.tally, packets, chance);
  let batch: Aimed[] = [];
  const fire = async () => {
    await fireBatch(kernel, judge, world, shooter, batch);
    batch = [];
  };
  for (const next of plan) {
    if (next !== null) batch.push(next);
    if (next === null || batch.length >= SCENARIOS_IN_A_BATCH) await fire();
  }
  await fire();
  return judge.tally;
}

/** Scenarios in their order; null: what was made so far is to be played first. */
function* planOf(
  shooter: Shooter,
  { search, searched }: { readonly search: Search | null; readonly searched: number },
  rules: readonly Rule[],
  tally: Tally,
  packets: number,
  chance: Chance,
): Generator<Aimed | null> {
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const open = rules.filter((rule) => !tally.hit.has(rule));
    if (open.length === 0) break;
    for (const rule of open) {
      const aimed = shooter.at(rule, attempt);
      if (aimed !== null) yield aimed;
    }
    yield null;
  }
  const missed = rules.filter((rule) => !tally.hit.has(rule)).slice(0, searched);
  for (const rule of missed) {
    let shots = 0;
    for (const scenario of tally.hit.has(rule) ? [] : (search?.at(rule) ?? [])) {
      yield { scenario, target: rule, isFresh: true };
      yield null;
      if (tally.hit.has(rule) || ++shots >= MAXIMUM_SHOTS) break;
    }
  }
  for (let tries = 0; tally.packets < packets && tries < packets; tries++) {
    const lacking = Math.min(packets - tally.packets, SCENARIOS_IN_A_BATCH);
    for (let i = 0; i < lacking; i++) {
      const rule = chance.pick(rules);
      const kind = chance.below(3);
      const aimed =
        rule === undefined || kind === 0
          ? shooter.atRandom()
          : kind === 1
            ? shooter.beside(rule)
            : shooter.at(rule, chance.below(8));
      if (aimed !== null) yield aimed;
    }
    yield null;
  }
}

async function fireBatch(
  kernel: Kernel,
  judge: Judge,
  world: World,
  shooter: Shooter,
  batch: readonly Aimed[],
): Promise<void> {
  const flights: Flight[] = [];
  for (const [number, { scenario, target, isFresh }] of batch.entries()) {
    const isDue = isFresh || number % SCENARIOS_BETWEEN_FLUSHES === 0;
    const surroundings = world.enter(scenario, isDue);
    for (const [place, surrounding] of surroundings.entries())
      flights.push({ scenario, place, surrounding, target });
  }
  if (flights.length === 0) return;
  const results = await kernel.play(flights.map(shotOf));
  for (const [index, flight] of flights.entries()) {
    const result = results[index];
    if (result === undefined) throw new Error("the kernel did not play all packets");
    const judged = judge.judge(flight, result);
    const { scenario, place, target } = flight;
    const isLast = place === scenario.length - 1;
    if (judged === null || target === null || !isLast) continue;
    for (const { matched, by } of judged.observed.steps) {
      const decider = by ?? matched.at(-1);
      if (decider !== undefined && decider !== target) shooter.learn(target, decider);
    }
  }
}

/** What the kernel has shown cannot be proved impossible. */
function checkProofs(tally: Tally, reach: Reach | null): void {
  for (const rule of tally.hit) {
    const reached = reach?.of(rule);
    if (reached?.kind !== "never") continue;
    tally.disagreeing++;
    const what = `the compiler says that nothing hits it: ${reached.reason}`;
    tally.disagreements.push({ packet: rule.text, before: [], how: "alone", what });
  }
}

/** What a device has that the harness does not see: null where it sees all. */
export function beyondJudging({ tables }: Device): string | null {
  const hooks = tables.flatMap(({ chains }) => chains.flatMap(({ base }) => base?.hook ?? []));
  const isEdge = hooks.some((hook) => hook === "ingress" || hook === "egress");
  return isEdge ? "not judged: a chain at the edge of a device acts before any trace" : null;
}

export function firstLine(text: string): string {
  return (
    text.split("\n").find((line) => /error|fail|unknown|bad|can't|invalid/i.test(line)) ?? text
  );
}
