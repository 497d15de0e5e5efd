import { withinNodeLimit } from "../../src/engine/bdd/index.ts";
import type { Device, Rule } from "../../src/engine/device/device.ts";
import type { Statement } from "../../src/engine/device/statement.ts";
import { interpretNext } from "../../src/engine/interpret/interpret.ts";
import { Memory } from "../../src/engine/interpret/memory.ts";
import type { Aim } from "../aim/assemble.ts";
import type { Chance } from "../chance.ts";
import type { LabHost } from "../labHost.ts";
import type { Outside, Scenario } from "../scenario.ts";
import { type Sketch, toSpec } from "../sketch.ts";
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
  private readonly writers: readonly Rule[];
  private flows: readonly Scenario[] | null = null;
  private readonly preparations = new Map<Rule, Scenario | null>();

  constructor(device: Device, host: LabHost, outside: Outside, reach: Reach, chance: Chance) {
    this.device = device;
    this.host = host;
    this.outside = outside;
    this.reach = reach;
    this.writers = device.tables
      .flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))
      .filter(({ statements }) => statements.some(isRemembered));
    const random = () => chance.below(2 ** 32) / 2 ** 32;
    this.witnesses = new Witnesses(reach.analysis, [...host.interfaces, "lo"], random);
  }

  /** Scenarios whose last packet hits the rule, as the interpreter says; short ones first. */
  *at(rule: Rule): Generator<Scenario> {
    yield* this.found(rule, MAXIMUM_STEPS);
  }

  private *found(rule: Rule, steps: number): Generator<Scenario> {
    const reached = this.reach.of(rule);
    if (reached.kind === "never") return;
    const picked = withinNodeLimit(() => [...this.witnesses.of(reached.aims)]);
    if (picked.kind === "nodeLimit") return;
    const aims = picked.value;
    yield* this.plain(rule, aims);
    yield* this.inFlows(rule);
    yield* this.repeated(rule, aims.slice(0, REPEATED_AIMS));
    if (steps > 0) yield* this.prepared(rule, aims.slice(0, REPEATED_AIMS), steps - 1);
  }

  private *plain(rule: Rule, aims: readonly Aim[]): Generator<Scenario> {
    for (const aim of aims)
      for (const scenario of scenariosFor(aim, this.outside)) {
        const place = this.placeOfHit(rule, scenario);
        if (place !== null) yield scenario.slice(0, place + 1);
        else yield* this.toItself(rule, scenario);
      }
  }

  /** The same where the device has the address that NAT gives the packet. */
  private *toItself(rule: Rule, scenario: Scenario): Generator<Scenario> {
    const [only, second] = scenario;
    if (only === undefined || second !== undefined || only.path === "output") return;
    const left = this.outside.afterNat(only);
    if (left === null || left === only.destination) return;
    const moved = [{ ...only, besides: left }];
    if (this.placeOfHit(rule, moved) !== null) yield moved;
  }

  /** In what follows on connections that begin, whatever they are. */
  private *inFlows(rule: Rule): Generator<Scenario> {
    this.flows ??= this.flowsThatBegin();
    for (const scenario of this.flows) {
      const place = this.placeOfHit(rule, scenario);
      if (place !== null) yield scenario.slice(0, place + 1);
    }
  }

  private flowsThatBegin(): readonly Scenario[] {
    const picked = withinNodeLimit(() => [...this.witnesses.of(this.reach.begins())]);
    if (picked.kind === "nodeLimit") return [];
    return picked.value.flatMap(({ sketch }) => [
      this.outside.conversation(sketch),
      ...ERRORS.map(([type, code]) => this.outside.failure(sketch, type, code)),
    ]);
  }

  /** Limits run dry, and lists fill. The kernel's clock runs on meanwhile, so a few more are sent. */
  private *repeated(rule: Rule, aims: readonly Aim[]): Generator<Scenario> {
    for (const aim of aims)
      for (const scenario of scenariosFor(aim, this.outside).slice(0, 1)) {
        const place = this.placeOfHit(rule, again(scenario, MAXIMUM_TIMES));
        if (place !== null) yield again(scenario, place + 2 + Math.ceil(place / SPARE));
      }
  }

  /** Behind packets of the same sender that hit a rule which writes what others read. */
  private *prepared(rule: Rule, aims: readonly Aim[], steps: number): Generator<Scenario> {
    for (const writer of this.writers.filter((one) => one !== rule)) {
      const before = this.preparation(writer, steps);
      if (before === null) continue;
      for (const aim of aims)
        for (const scenario of scenariosFor(aim, this.outside).slice(0, 1)) {
          const whole = [...before.map((sketch) => fromSender(sketch, aim.sketch)), ...scenario];
          const place = this.placeOfHit(rule, whole);
          if (place !== null) yield whole.slice(0, place + 1);
        }
    }
  }

  private preparation(writer: Rule, steps: number): Scenario | null {
    const known = this.preparations.get(writer);
    if (known !== undefined) return known;
    this.preparations.set(writer, null);
    const [found = null] = this.found(writer, steps);
    this.preparations.set(writer, found);
    return found;
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

/** Statements that leave something behind for later packets. */
function isRemembered(statement: Statement): boolean {
  switch (statement.kind) {
    case "dynamicSet":
    case "ipsetUpdate":
    case "recent":
      return true;
    case "write":
      return statement.target === "ct mark";
    default:
      return false;
  }
}

/** Errors by type and code, of both families: unreachable, too big, time exceeded. */
const ERRORS = [
  [3, 1],
  [11, 0],
  [1, 0],
  [2, 0],
] as const;
/** Packets sent to prepare one another, at most. */
const MAXIMUM_STEPS = 3;
/** Packets of which each is repeated. */
const REPEATED_AIMS = 6;
/** Times that a packet is sent in the model, at most; a namespace takes about a thousand in a second. */
const MAXIMUM_TIMES = 128;
/** One packet in so many is sent besides. */
const SPARE = 8;

/** The last packet again and again, each time of another connection. */
function again(scenario: Scenario, times: number): Scenario {
  const last = scenario.at(-1);
  if (last === undefined) return scenario;
  const more = Array.from({ length: times }, (_, i) => ({
    ...last,
    sourcePort: (last.sourcePort + i + 1) % PORTS,
    icmp: { ...last.icmp, id: (last.icmp.id + i + 1) % PORTS },
  }));
  return [...scenario, ...more];
}

const PORTS = 65536;

function fromSender(sketch: Sketch, { family, source, path }: Sketch): Sketch {
  const isSame = sketch.family === family && (sketch.path === "output") === (path === "output");
  return isSame ? { ...sketch, source } : sketch;
}
