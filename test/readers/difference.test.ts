import fc from "fast-check";
import { expect, test } from "vitest";
import { FALSE, type Node, randomPicker, seededRandom } from "../../src/engine/bdd/index.ts";
import { rejectFor } from "../../src/engine/compile/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { type ComparedPath, comparePath } from "../../src/engine/diff/comparePath.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import type { Outcome } from "../../src/engine/interpret/outcome.ts";
import { toNotation } from "../../src/engine/packet/header/toNotation.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { IpFamily, Path } from "../../src/engine/packet/packet.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { RANDOM_SEED, randomRuleset } from "./randomRuleset.ts";

/*
 * A diff against the interpreter: outside of all classes a packet ends alike on both sides, inside one
 * it does not, wherever the interpreter knows what happens.
 */

const PATHS: readonly Path[] = ["forward", "input", "output"];
const PICKS = 6;
const LONG_MS = 300_000;

/** One rule less, one twice, two in the other order, or one drop that was an accept. */
function edited(text: string, kind: number, at: number): string {
  const lines = text.split("\n");
  const rules = lines.flatMap((line, i) => (/^\t\t(?!type|elements)/.test(line) ? [i] : []));
  const index = rules[at % Math.max(1, rules.length)];
  if (index === undefined) return text;
  const line = lines[index] ?? "";
  if (kind === 0) lines.splice(index, 1);
  else if (kind === 1) lines.splice(index, 0, "\t\tip saddr 10.0.0.4/30 drop");
  else if (kind === 2) lines.splice(index, 2, lines[index + 1] ?? "", line);
  else
    lines[index] = line.replace(/\baccept\b|\bdrop\b/, (word) =>
      word === "drop" ? "accept" : "drop",
    );
  return lines.join("\n");
}

function read(text: string): Device | null {
  const { device, refused } = readDevice({ files: new Map([["r", text]]), roots: ["r"] });
  return refused.length === 0 ? device : null;
}

function endsOf(device: Device, text: string): readonly string[] | null {
  const spec = parsePacket(text);
  if (isNotationError(spec)) throw new Error(`${text}: ${spec.message}`);
  const { outcomes, complete } = interpret(device, spec, { host: null });
  const isKnown = complete && outcomes.every(({ verdict }) => verdict !== "undecided");
  const ends = outcomes.map((outcome) => endOf(outcome, spec.family));
  return isKnown ? [...new Set(ends)].sort() : null;
}

function endOf({ verdict, rejectWith }: Outcome, family: IpFamily): string {
  return rejectWith === null
    ? verdict
    : `${verdict} ${JSON.stringify(rejectFor(rejectWith, family))}`;
}

function problemsOf(before: Device, after: Device, seed: number): readonly string[] {
  return PATHS.flatMap((path) => {
    const options = { order: "portsFirst", nodeLimit: null, renamed: new Set<string>() } as const;
    const compared = comparePath(before, after, path, options);
    const { arena } = compared.analysis;
    const region = compared.differing.reduce<Node>((all, { packets }) => {
      if (arena.and(all, packets) !== FALSE) throw new Error("two classes share packets");
      return arena.or(all, packets);
    }, FALSE);
    const outside = arena.difference(compared.domain, region);
    return [
      ...asked(compared, before, after, outside, seed, (a, b) => a.join() === b.join()),
      ...asked(
        compared,
        before,
        after,
        region,
        seed,
        (a, b) => a.length > 1 || b.length > 1 || a.join() !== b.join(),
      ),
    ];
  });
}

function asked(
  { analysis, path }: ComparedPath,
  before: Device,
  after: Device,
  packets: Node,
  seed: number,
  agree: (before: readonly string[], after: readonly string[]) => boolean,
): readonly string[] {
  const pick = randomPicker(analysis.arena, packets, seededRandom(seed));
  return Array.from({ length: PICKS }, pick).flatMap((header) => {
    if (header === null) return [];
    const text = toNotation(analysis.layout, header, path);
    /* Replies, and flows that one side does not let begin, are told by headers in between. */
    if (/dir=|state=related/.test(text)) return [];
    const [first, second] = [endsOf(before, text), endsOf(after, text)];
    if (first === null || second === null || agree(first, second)) return [];
    return [`${text}: before ${first.join()}, after ${second.join()}`];
  });
}

test(
  "packets outside of the classes fare alike, those inside do not",
  () => {
    fc.assert(
      fc.property(randomRuleset, fc.nat(3), fc.nat(40), fc.nat(), (text, kind, at, seed) => {
        const [before, after] = [read(text), read(edited(text, kind, at))];
        fc.pre(before !== null && after !== null);
        if (before === null || after === null) return;
        expect(problemsOf(before, after, seed)).toEqual([]);
      }),
      { numRuns: 300, seed: RANDOM_SEED },
    );
  },
  LONG_MS,
);
