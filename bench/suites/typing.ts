import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { RuleMemory } from "../../src/engine/parsers/nft/index.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { growthExponent, type Point, timed } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import { type Generator, generateRules, nftRuleset } from "../rulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** What the editor does with each key: reads all, and tells which packets fare otherwise. */
export const TYPING: Suite = {
  name: "typing",
  title: "a key in the editor to the packets that fare otherwise",
  needs: null,
  run,
};

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [500, 5_000],
  tiny: [10, 20],
};
const KINDS: readonly Generator[] = ["structured", "random", "wildcards"];
/** Keys that are pressed; the first ones find nothing that is known of them. */
const KEYS: Readonly<Record<Scale, number>> = { full: 15, tiny: 2 };

const TARGETS = {
  key: {
    kind: "atMost",
    of: "value",
    limit: 100,
    why: "an answer within a tenth of a second seems to come at once (Nielsen 1993)",
  },
  growth: {
    kind: "atMost",
    of: "value",
    limit: 1.2,
    why: "in proportion: all lines are looked at, a few are worked out",
  },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  return KINDS.flatMap((kind) => {
    const points: Point[] = [];
    const rows = SIZES[scale].map((size): Row => {
      const ms = keyMs(kind, size, KEYS[scale]);
      points.push({ size, cost: ms });
      const anew = { name: "all read and compared anew", value: anewMs(kind, size) };
      return row(`${kind}, a key in ${size} rules`, ms, "ms", anew, TARGETS.key);
    });
    const growth = growthExponent(points);
    return [...rows, row(`${kind}: growth of time`, growth, "exponent", null, TARGETS.growth)];
  });
}

/** A port is typed in the middle, digit by digit. */
function edited(kind: Generator, size: number, key: number): string {
  const rules = generateRules(kind, size);
  const added = `ip saddr 10.77.0.0/16 tcp dport ${1 + key} accept`;
  return nftRuleset(rules.toSpliced(size >> 1, 0, added));
}

function keyMs(kind: Generator, size: number, keys: number): number {
  const memory = new RuleMemory();
  const before = read(nftRuleset(generateRules(kind, size)), memory);
  const texts = Array.from({ length: keys }, (_, key) => edited(kind, size, key));
  const next = texts.values();
  return timed(keys, () => compareDevices(before, read(next.next().value ?? "", memory))).ms;
}

function anewMs(kind: Generator, size: number): number {
  const before = read(nftRuleset(generateRules(kind, size)));
  const options = { keepsBystanders: true };
  return timed(1, () => compareDevices(before, read(edited(kind, size, 0)), options)).ms;
}

function read(text: string, memory?: RuleMemory): Device {
  const input = { files: new Map([["rules", text]]), roots: ["rules"] };
  return readDevice(memory === undefined ? input : { ...input, memory }).device;
}
