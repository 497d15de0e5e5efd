import type { Device, Rule } from "../../src/engine/device/device.ts";
import type { Chance } from "../chance.ts";
import type { Outside, Scenario } from "../scenario.ts";
import type { Sketch } from "../sketch.ts";
import { elementsOf } from "../visit.ts";
import { assemble } from "./assemble.ts";
import type { Pool } from "./pool.ts";
import { stage } from "./stage.ts";
import { findTargets, type Target } from "./targets.ts";
import { edges, type Wish, wishesOf, wishesOfKey } from "./wish.ts";

/** A scenario, and the rule that it was made for; null: for none. */
export interface Aimed {
  readonly scenario: Scenario;
  readonly target: Rule | null;
  /** Connections are forgotten before it. */
  readonly isFresh: boolean;
}

/** Makes scenarios: for a rule, beside the edges of a rule, and at random. */
export class Shooter {
  readonly targets: ReadonlyMap<Rule, readonly Target[]>;
  private readonly pool: Pool;
  private readonly chance: Chance;
  private readonly outside: Outside;
  private readonly all: readonly Target[];
  /** Rules that took the packets meant for another, so that the next try keeps out of their way. */
  private readonly blockers = new Map<Rule, Set<Rule>>();

  constructor(device: Device, pool: Pool, chance: Chance, outside: Outside) {
    this.targets = findTargets(device);
    this.all = [...this.targets.values()].flat();
    this.pool = pool;
    this.chance = chance;
    this.outside = outside;
  }

  /** `by` matched, or decided, where `rule` was meant to. */
  learn(rule: Rule, by: Rule): void {
    const known = this.blockers.get(rule) ?? new Set();
    this.blockers.set(rule, known.add(by));
  }

  /** A scenario whose last packet is to hit `rule`; null: it cannot be made, or nothing leads there. */
  at(rule: Rule, attempt: number): Aimed | null {
    const ways = this.targets.get(rule) ?? [];
    const target = ways[attempt % Math.max(1, ways.length)];
    if (target === undefined) return null;
    const wishes = [...this.wishes(target), ...this.detours(target)];
    const aim = assemble(
      { hook: target.base.hook, family: target.table.family },
      wishes,
      this.pool,
      this.chance,
    );
    if (aim === null) return null;
    return { scenario: stage(this.outside, aim, attempt), target: rule, isFresh: false };
  }

  /** A packet just beside an edge of `rule`. */
  beside(rule: Rule): Aimed | null {
    const target = this.chance.pick(this.targets.get(rule) ?? []);
    if (target === undefined) return null;
    const wishes = this.wishes(target);
    const own = wishes.filter((wish) => edges(wish).length > 0);
    const moved = this.chance.pick(own);
    const value = moved === undefined ? undefined : this.chance.pick(edges(moved));
    if (moved === undefined || value === undefined) return null;
    const others = wishes.filter((wish) => wish.selector !== moved.selector);
    const edge: Wish = { ...moved, ranges: [{ from: value, to: value }] };
    const place = { hook: target.base.hook, family: target.table.family };
    const aim = assemble(place, [...others, edge], this.pool, this.chance);
    return aim === null
      ? null
      : { scenario: stage(this.outside, aim, 0), target: null, isFresh: false };
  }

  /** A packet made of constants that the ruleset names. */
  atRandom(): Aimed | null {
    const target = this.chance.pick(this.all);
    const place =
      target === undefined
        ? {
            hook: this.chance.pick(["forward", "input", "output"] as const),
            family: "inet" as const,
          }
        : { hook: target.base.hook, family: target.table.family };
    const aim = assemble(place, [], this.pool, this.chance);
    if (aim === null) return null;
    const sketch = this.chance.once(4) ? this.disturbed(aim.sketch) : aim.sketch;
    return {
      scenario: stage(this.outside, { ...aim, sketch }, this.chance.below(4)),
      target: null,
      isFresh: false,
    };
  }

  private wishes({ table, rule, way }: Target): readonly Wish[] {
    const turns = way.flatMap(({ rule: turn, key }) => [
      ...turn.statements.flatMap((statement) =>
        statement.kind === "match" ? (wishesOf(table, statement, false, this.chance) ?? []) : [],
      ),
      ...(key === null ? [] : wishesOfKey(key.expression, key.ranges)),
    ]);
    const own = rule.statements.flatMap((statement) => {
      if (statement.kind === "verdictMap") {
        const element = this.chance.pick(elementsOf(table, statement.map));
        return element === undefined ? [] : wishesOfKey(statement.key, element.key);
      }
      return wishesOf(table, statement, false, this.chance) ?? [];
    });
    return [...turns.map((wish) => ({ ...wish, isOwn: false })), ...own];
  }

  /** Wishes that keep the packet away from the rules that took it before. */
  private detours({ table, rule }: Target): readonly Wish[] {
    return [...(this.blockers.get(rule) ?? [])].flatMap((blocker) => {
      const matches = blocker.statements.filter(
        (statement) => statement.kind === "match" && !statement.implied,
      );
      const match = this.chance.pick(matches);
      if (match === undefined) return [];
      return (wishesOf(table, match, true, this.chance) ?? []).map((wish) => ({
        ...wish,
        isOwn: false,
      }));
    });
  }

  /** Odd flags, protocols, sizes and lifetimes. */
  private disturbed(sketch: Sketch): Sketch {
    switch (this.chance.below(6)) {
      case 0:
        return { ...sketch, tcp: { ...sketch.tcp, flags: this.chance.below(256) } };
      case 1:
        return { ...sketch, protocol: this.chance.pick([47, 50, 132, 33, 136, 2] as const) };
      case 2:
        return { ...sketch, payload: 6 + this.chance.below(1400) };
      case 3:
        return { ...sketch, ttl: this.chance.below(4) };
      case 4:
        return { ...sketch, icmp: { ...sketch.icmp, type: this.chance.below(40) } };
      default:
        return { ...sketch, dscp: this.chance.below(64), ecn: this.chance.below(4) };
    }
  }
}
