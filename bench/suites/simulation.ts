import { Kernel } from "../../src/simulation/kernel/kernel.ts";
import { openTime } from "../../src/simulation/time.ts";
import { BOOT_RULESET, fatalCommand } from "../../src/simulation/world/ruleset.ts";
import { openWorld } from "../../src/simulation/world/world.ts";
import { growthExponent, type Point, timed } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import type { Scale, Suite } from "../suite.ts";

/** What the simulated network costs: it runs beside the server that watches it. */
export const SIMULATION: Suite = {
  name: "simulation",
  title: "a second of the simulated mail network",
  needs: null,
  run,
};

const RATES: Readonly<Record<Scale, readonly number[]>> = { full: [2, 8, 32, 128], tiny: [1, 2] };
const SECONDS: Readonly<Record<Scale, number>> = { full: 300, tiny: 5 };
const RUNS = 3;
const MS_IN_SECOND = 1_000;

const TARGETS = {
  cost: {
    kind: "atMost",
    of: "value",
    limit: 100,
    why: "a tenth of one processor, at the most that is simulated",
  },
  growth: { kind: "atMost", of: "value", limit: 1.2, why: "each mail costs the same" },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  const seconds = SECONDS[scale];
  const times: Point[] = [];
  const rows = RATES[scale].flatMap((rate): readonly Row[] => {
    const good = timed(scale === "tiny" ? 1 : RUNS, () => play(rate, seconds, false)).ms / seconds;
    const cut = timed(scale === "tiny" ? 1 : RUNS, () => play(rate, seconds, true)).ms / seconds;
    times.push({ size: rate, cost: good });
    return [
      row(`${rate} mails a second each way`, good, "ms", null, TARGETS.cost),
      row(`${rate} mails a second each way, cut off`, cut, "ms", null, TARGETS.cost),
    ];
  });
  const growth = growthExponent(times);
  return [
    ...rows,
    row("a second: growth with the mails", growth, "exponent", null, TARGETS.growth),
  ];
}

function play(rate: number, seconds: number, isCut: boolean): number {
  const time = openTime(0);
  const kernel = new Kernel({ time, files: new Map() });
  kernel.run(BOOT_RULESET);
  const world = openWorld({ time, kernel, seed: 1, rate });
  if (isCut) kernel.run(fatalCommand("first"));
  time.advance(seconds * MS_IN_SECOND);
  return world.flows.judged;
}
