import { type RandomSource, seededRandom } from "../src/engine/bdd/index.ts";

/** A file of iptables-save after somebody has changed one thing. */
export interface Edit {
  readonly kind: EditKind;
  readonly text: string;
}

export type EditKind = keyof typeof EDITS;

/** Edits drawn at random, of all kinds alike; the same for the same seed. */
export function editsOf(text: string, count: number, seed: number): readonly Edit[] {
  const lines = text.split("\n");
  const rules = lines.flatMap((line, at) => (line.startsWith("-A ") ? [at] : []));
  const random = seededRandom(seed);
  const kinds = Object.keys(EDITS) as EditKind[];
  return Array.from({ length: count }, (_, i): Edit => {
    const kind = kinds[i % kinds.length] ?? "a rule deleted";
    return { kind, text: EDITS[kind](lines, rules, random).join("\n") };
  });
}

type Draw = (
  lines: readonly string[],
  rules: readonly number[],
  random: RandomSource,
) => readonly string[];

const EDITS = {
  "a rule deleted": (lines, rules, random) => lines.toSpliced(drawn(rules, random), 1),
  "a value changed": (lines, rules, random) => {
    const able = rules.filter((at) => VALUE.test(lines[at] ?? ""));
    const at = drawn(able, random);
    return lines.with(at, (lines[at] ?? "").replace(VALUE, otherValue));
  },
  "a rule added": (lines, rules, random) => {
    const at = drawn(rules, random);
    const [, chain = "FORWARD"] = (lines[at] ?? "").split(" ");
    const port = 1 + Math.floor(random() * 65_535);
    return lines.toSpliced(at, 0, `-A ${chain} -p tcp -m tcp --dport ${port} -j ACCEPT`);
  },
  "two rules swapped": (lines, rules, random) => {
    const able = rules.filter((at) => lines[at + 1]?.startsWith("-A ") === true);
    const at = drawn(able, random);
    return lines.with(at, lines[at + 1] ?? "").with(at + 1, lines[at] ?? "");
  },
} as const satisfies Readonly<Record<string, Draw>>;

function drawn(from: readonly number[], random: RandomSource): number {
  return from[Math.floor(random() * from.length)] ?? 0;
}

/** A port or an address. */
const VALUE = /(?<=--[ds]port )\d+\b|(?<= -[sd] )\S+/;

function otherValue(value: string): string {
  if (/^\d+$/.test(value)) return value === "2525" ? "2526" : "2525";
  return value.includes(":") ? "2001:db8:77::1/128" : "192.0.2.77/32";
}

/** Nothing gets through any more. */
export function withDropOfAll(text: string): string {
  return text.replace(/^-A FORWARD /m, "-A FORWARD -j DROP\n-A FORWARD ");
}

/** Open connections are judged as new ones. */
export function removalOfEstablished(text: string): string {
  return text.replace(/^-A FORWARD .*ESTABLISHED.*\n/m, "");
}
