import { interfaceNameValue } from "../../src/engine/base/interfaceName.ts";
import type { Range } from "../../src/engine/base/range.ts";
import type { Device } from "../../src/engine/device/device.ts";
import type { Chance } from "../chance.ts";
import { PLAIN_INTERFACES } from "../ruleset.ts";
import { visitTests } from "../visit.ts";

/** Constants that a ruleset names, by selector: where its behaviour changes. */
export class Pool {
  readonly interfaces: readonly string[];
  private readonly values = new Map<string, Range[]>();
  private readonly chance: Chance;
  private port = 20000;

  constructor(device: Device, interfaces: readonly string[], chance: Chance) {
    this.interfaces = [...interfaces, "lo"];
    this.chance = chance;
    visitTests(device, (selector, ranges) => {
      const key = selector.replace(/^(?:tcp|udp|sctp|dccp|udplite) ([sd]port)$/, "th $1");
      const known = this.values.get(key) ?? [];
      if (known.length < MAXIMUM_VALUES) this.values.set(key, [...known, ...ranges]);
    });
  }

  /** A value at an edge of what some rule names, or one beside it; null: no rule names any. */
  number(selector: string): bigint | null {
    const range = this.chance.pick(this.values.get(selector) ?? []);
    if (range === undefined) return null;
    const { from, to } = range;
    const shift = BigInt(this.chance.below(3)) - 1n;
    const edge = this.chance.once(2) ? from : to;
    const near = this.chance.once(2) ? edge : edge + shift;
    return near < 0n || near > MAXIMUM_OF(selector) ? edge : near;
  }

  /** A source port that no scenario has used lately. */
  freshPort(): bigint {
    this.port = this.port >= 59999 ? 20000 : this.port + 1;
    return BigInt(this.port);
  }

  someInterface(except: string | null = null): string {
    const names = this.interfaces.filter((name) => name !== "lo" && name !== except);
    return this.chance.pick(names) ?? PLAIN_INTERFACES[0];
  }

  nameValue(name: string): bigint {
    return interfaceNameValue(name);
  }
}

const MAXIMUM_VALUES = 4000;

function MAXIMUM_OF(selector: string): bigint {
  if (selector.startsWith("ip6 ")) return (1n << 128n) - 1n;
  if (/port$/.test(selector)) return 65535n;
  if (/type$|code$|l4proto$|protocol$/.test(selector)) return 255n;
  return 0xffffffffn;
}
