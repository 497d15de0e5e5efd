import { type Node, withinNodeLimit } from "../../src/engine/bdd/index.ts";
import type { Path } from "../../src/engine/packet/packet.ts";
import type { Aim } from "../aim/assemble.ts";
import { Chance, seedOf } from "../chance.ts";
import { type Flight, shotOf } from "../judge.ts";
import type { ShotResult } from "../kernel.ts";
import type { LabHost } from "../labHost.ts";
import { scenariosFor } from "../reach/scenarios.ts";
import { Witnesses } from "../reach/witness.ts";
import type { Ruleset } from "../ruleset.ts";
import { Outside, type Scenario } from "../scenario.ts";
import { World } from "../world.ts";
import { classesOf, exampleOf, type PairClasses } from "./classes.ts";
import { carriedIn, type KernelEnd } from "./end.ts";
import { countNotJudged, emptyTally, type PairTally } from "./tally.ts";
import { hostOf, openTwin, type Twin } from "./twin.ts";
import { judgeEnds } from "./verdict.ts";

export interface PairOptions {
  /** Packets of each class, and of all that are in none. */
  readonly picks: number;
  readonly outside: number;
  readonly seed: number;
}

/** What came of a pair. */
export type PairJudgement =
  | { readonly kind: "notLoaded"; readonly name: string; readonly reason: string }
  | {
      readonly kind: "judged";
      readonly name: string;
      readonly tally: PairTally;
      readonly classes: PairClasses;
    };

const SCENARIOS_IN_A_BATCH = 300;

/** Plays the same packets through both sides of a pair, and holds what changes against the classes of its diff. */
export async function judgePair(
  name: string,
  before: Ruleset,
  after: Ruleset,
  options: PairOptions,
): Promise<PairJudgement> {
  const host = hostOf(before, after);
  const twins: Twin[] = [];
  try {
    for (const ruleset of [before, after]) {
      const twin = await openTwin(ruleset, host);
      if (typeof twin === "string") return { kind: "notLoaded", name, reason: twin };
      twins.push(twin);
    }
    const [first, second] = twins;
    if (first === undefined || second === undefined) throw new Error("a pair has two sides");
    const classes = classesOf(before.parsed.device, after.parsed.device);
    const tally = emptyTally();
    await new Duel(first, second, host, classes, tally).play(options, seedOf(name));
    for (const { judge } of twins)
      for (const { packet, how, what, before: earlier } of judge.tally.disagreements)
        tally.disagreements.push([...earlier, `${packet}: ${what} (${how})`].join(" | "));
    return { kind: "judged", name, tally, classes };
  } finally {
    await Promise.all(twins.map(({ kernel }) => kernel.close()));
  }
}

/** Both sides of a pair, side by side. */
class Duel {
  private readonly twins: readonly [Twin, Twin];
  private readonly host: LabHost;
  private readonly classes: PairClasses;
  /** The same in an arena of its own, which fills with each packet and then is made anew. */
  private standings: PairClasses;
  private readonly tally: PairTally;
  private readonly outsides: readonly Outside[];
  private readonly world: World;

  constructor(before: Twin, after: Twin, host: LabHost, classes: PairClasses, tally: PairTally) {
    this.twins = [before, after];
    this.host = host;
    this.classes = classes;
    this.standings = classesOf(before.ruleset.parsed.device, after.ruleset.parsed.device);
    this.tally = tally;
    this.outsides = this.twins.map(({ ruleset }) => new Outside(ruleset.parsed.device, host));
    this.world = new World(host);
  }

  async play({ picks, outside, seed }: PairOptions, own: number): Promise<void> {
    const chance = new Chance(own + seed);
    const { classes, paths } = this.classes;
    for (const compared of paths) {
      const { path, domain, region, analysis } = compared;
      const { arena } = analysis;
      const mine = classes.filter((one) => one.compared === compared);
      const rest = mine.reduce((all, { packets }) => arena.difference(all, packets), domain);
      const share = Math.ceil(outside / paths.length / 2);
      await this.shoot(
        this.packetsOf(analysis, path, () => arena.and(rest, region), share, chance),
      );
      await this.shoot(this.packetsOf(analysis, path, () => rest, share, chance));
      for (const one of mine) {
        const aims = [
          ...this.packetsOf(analysis, path, () => exampleOf(one), 1, chance),
          ...this.packetsOf(analysis, path, () => one.packets, picks, chance),
        ];
        const isSent = await this.shoot(aims);
        if (!isSent) this.tally.open.set(one.number, "no packet of it can be sent");
      }
    }
  }

  private packetsOf(
    analysis: ConstructorParameters<typeof Witnesses>[0],
    path: Path,
    packets: () => Node,
    count: number,
    chance: Chance,
  ): readonly Aim[] {
    const random = () => chance.below(2 ** 32) / 2 ** 32;
    const witnesses = new Witnesses(analysis, [...this.host.interfaces, "lo"], random);
    const picked = withinNodeLimit(() => [
      ...witnesses.many([{ path, packets: packets() }], count),
    ]);
    if (picked.kind === "done") return picked.value;
    countNotJudged(this.tally, "picking it takes too many nodes");
    return [];
  }

  /** False: none can be sent. */
  private async shoot(aims: readonly Aim[]): Promise<boolean> {
    let sent = 0;
    for (let from = 0; from < aims.length; from += SCENARIOS_IN_A_BATCH) {
      const batch = aims.slice(from, from + SCENARIOS_IN_A_BATCH);
      const scenarios = batch.flatMap((aim, place) => this.scenarioOf(aim, place) ?? []);
      sent += scenarios.length;
      await this.fire(scenarios);
    }
    return sent > 0;
  }

  /** A history after which the packet is in its state: on the side where it gets further. */
  private scenarioOf(aim: Aim, place: number): readonly [Scenario] | null {
    const { sketch } = aim;
    const placed = { ...aim, sketch: { ...sketch, out: sketch.out ?? sketch.in } };
    const ways = this.outsides.flatMap((outside) => scenariosFor(placed, outside));
    const longest = Math.max(...ways.map(({ length }) => length));
    const needed = aim.state === "established" || aim.state === "related" ? longest : 1;
    const good = ways.filter(({ length }) => length >= needed);
    const scenario = good[aim.state === "new" ? 0 : place % Math.max(1, good.length)];
    return scenario === undefined ? null : [scenario];
  }

  private async fire(scenarios: readonly Scenario[]): Promise<void> {
    const flights = scenarios.flatMap((scenario) =>
      this.world
        .enter(scenario, true)
        .map((surrounding, place): Flight => ({ scenario, place, surrounding, target: null })),
    );
    if (flights.length === 0) return;
    const shots = flights.map(shotOf);
    const [first, second] = await Promise.all(this.twins.map(({ kernel }) => kernel.play(shots)));
    for (const [index, flight] of flights.entries())
      this.compare(flight, first?.[index], second?.[index]);
  }

  private compare(
    flight: Flight,
    one: ShotResult | undefined,
    other: ShotResult | undefined,
  ): void {
    const [before, after] = this.twins;
    const ends = [endOf(before, flight, one), endOf(after, flight, other)] as const;
    const sketch = flight.scenario[flight.place];
    if (ends[0] === null || ends[1] === null || sketch === undefined) return;
    const devices = [before.ruleset.parsed.device, after.ruleset.parsed.device] as const;
    const both = [ends[0], ends[1]] as const;
    const judge = () => judgeEnds(devices, this.standings, sketch, both, this.tally);
    if (withinNodeLimit(judge).kind === "done") return;
    this.standings = classesOf(...devices);
    judge();
  }
}

function endOf({ judge }: Twin, flight: Flight, result: ShotResult | undefined): KernelEnd | null {
  if (result === undefined) throw new Error("the kernel did not play all packets");
  const judged = judge.judge(flight, result);
  if (judged === null) return null;
  const { observed, agreed } = judged;
  return { observed, carried: carriedIn(observed), outcome: agreed };
}
