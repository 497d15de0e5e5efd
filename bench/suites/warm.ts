import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { RuleMemory } from "../../src/engine/parsers/nft/index.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { bigDumps } from "../corpusTexts.ts";
import { iptablesRuleset } from "../dialects.ts";
import { editsOf, removalOfEstablished, withDropOfAll } from "../edits.ts";
import { median, timed } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import { generateRules } from "../rulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** An edit of a big dump, in a process that has read it before. */
export const WARM: Suite = {
  name: "warm",
  title: "an edit of a dump of 5,000 rules to the first 20 classes, warm",
  needs: null,
  run,
};

const EDITS: Readonly<Record<Scale, number>> = { full: 200, tiny: 4 };
const SHOWN_CLASSES = 20;

const TARGETS = {
  median: { kind: "atMost", of: "value", limit: 10, why: "nobody waits for it" },
  p95: { kind: "atMost", of: "value", limit: 50, why: "it seems to come with the key" },
  large: {
    kind: "atMost",
    of: "value",
    limit: 10_000,
    why: "told: all packets may fare otherwise",
  },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  const tiny = iptablesRuleset(generateRules("structured", 20));
  const texts = scale === "tiny" ? [{ name: "20 rules", text: tiny }] : bigDumps();
  return texts.flatMap(({ name, text }) => dumpRows(name, text, EDITS[scale]));
}

function dumpRows(name: string, text: string, count: number): readonly Row[] {
  const memory = new RuleMemory();
  const before = read(text, memory);
  const answer = (after: string): number =>
    timed(1, () =>
      compareDevices(before, read(after, memory), { maximumClasses: SHOWN_CLASSES, isHasty: true }),
    ).ms;
  /* The first edits compile what all others use. */
  for (const edit of editsOf(text, WARM_UP_EDITS, 2)) answer(edit.text);
  const edits = editsOf(text, count, 1).map((edit) => ({ ...edit, ms: answer(edit.text) }));
  const sorted = edits.map(({ ms }) => ms).sort((a, b) => a - b);
  const kinds = [...new Set(edits.map(({ kind }) => kind))];
  const all = `${name}, ${count} edits`;
  return [
    row(`${all}: median`, median(sorted), "ms", null, TARGETS.median),
    row(`${all}: p95`, sorted[Math.ceil(0.95 * count) - 1] ?? 0, "ms", null, TARGETS.p95),
    row(`${all}: worst`, sorted.at(-1) ?? 0, "ms", null, TARGETS.large),
    ...kinds.map((kind) => {
      const own = edits.filter((edit) => edit.kind === kind).map(({ ms }) => ms);
      return row(`${name}, ${kind}: median`, median(own), "ms", null, TARGETS.median);
    }),
    row(`${name}, all dropped on top`, answer(withDropOfAll(text)), "ms", null, TARGETS.large),
    row(
      `${name}, established removed`,
      answer(removalOfEstablished(text)),
      "ms",
      null,
      TARGETS.large,
    ),
  ];
}

const WARM_UP_EDITS = 20;

function read(text: string, memory: RuleMemory): Device {
  const input = { files: new Map([["rules", text]]), roots: ["rules"], memory, keepRefused: true };
  return readDevice(input).device;
}
