import type { Device, Rule } from "../../src/engine/device/device.ts";
import { interpretNext } from "../../src/engine/interpret/interpret.ts";
import { Memory } from "../../src/engine/interpret/memory.ts";
import type { Chance } from "../chance.ts";
import type { LabHost } from "../labHost.ts";
import type { Outside, Scenario } from "../scenario.ts";
import { toSpec } from "../sketch.ts";
import { World } from "../world.ts";
import type { Reach } from "./reach.ts";
import { scenariosFor } from "./scenarios.ts";
import { Witnesses } from "./witness.ts";

/** Looks for packets that hit a rule: out of the compiler's sets, tried in the interpreter. */
export class Search {
  private readonly device: Device;
  private readonly host: LabHost;
  private readonly outside: Outside;
  private readonly reach: Reach;
  private readonly witnesses: Witnesses;

  constructor(device: Device, host: LabHost, outside: Outside, reach: Reach, chance: Chance) {
    this.device = device;
    this.host = host;
    this.outside = outside;
    this.reach = reach;
    const random = () => chance.below(2 ** 32) / 2 ** 32;
    this.witnesses = new Witnesses(reach.analysis, [...host.interfaces, "lo"], random);
  }

  /** Scenarios whose last packet hits the rule, as the interpreter says. */
  *at(rule: Rule): Generator<Scenario> {
    const reached = this.reach.of(rule);
    if (reached.kind === "never") return;
    for (const aim of this.witnesses.of(reached.aims))
      for (const scenario of scenariosFor(aim, this.outside)) {
        const place = this.placeOfHit(rule, scenario);
        if (place !== null) yield scenario.slice(0, place + 1);
      }
  }

  /** The first packet of the scenario that hits the rule; null: none does. */
  private placeOfHit(rule: Rule, scenario: Scenario): number | null {
    const memory = new Memory();
    const surroundings = new World(this.host).enter(scenario, true);
    for (const [place, sketch] of scenario.entries()) {
      const spec = toSpec(sketch);
      const host = this.host.hostFor(spec, surroundings[place]?.addresses ?? []);
      const { outcomes } = interpretNext(this.device, spec, { host }, memory);
      const isHit = outcomes.some(({ steps }) =>
        steps.some(({ matched }) => matched.includes(rule)),
      );
      if (isHit) return place;
    }
    return null;
  }
}
