import { type Flight, Judge, shotOf, type Tally } from "./judge.ts";
import { Kernel } from "./kernel.ts";
import { makeLabHost } from "./labHost.ts";
import { matchHandles } from "./observed.ts";
import { loadCommand, loadedText, readRuleset } from "./ruleset.ts";
import type { Scenario } from "./scenario.ts";
import { World } from "./world.ts";

/** Plays given scenarios through a ruleset, each with all connections forgotten before it. */
export async function judgeScenarios(text: string, scenarios: readonly Scenario[]): Promise<Tally> {
  const ruleset = readRuleset("given.nft", text);
  const kernel = new Kernel();
  try {
    const host = makeLabHost(ruleset.interfaces);
    await kernel.setUp(host.setup);
    const refusal = await kernel.load(loadCommand(ruleset.dialect) ?? [], loadedText(ruleset));
    if (refusal !== null) throw new Error(refusal);
    const rules = matchHandles(ruleset.parsed.device, await kernel.rules());
    if (typeof rules === "string") throw new Error(rules);
    await kernel.observe();
    const world = new World(host);
    const flights = scenarios.flatMap((scenario) =>
      world
        .enter(scenario, true)
        .map((surrounding, place): Flight => ({ scenario, place, surrounding, target: null })),
    );
    const results = await kernel.play(flights.map(shotOf));
    const judge = new Judge(ruleset.parsed.device, host, rules);
    for (const [index, flight] of flights.entries()) {
      const result = results[index];
      if (result === undefined) throw new Error("the kernel did not play all packets");
      judge.judge(flight, result);
    }
    return judge.tally;
  } finally {
    await kernel.close();
  }
}
