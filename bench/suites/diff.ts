import { beginAnalysis, compilePath } from "../../src/engine/compile/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import type { Path } from "../../src/engine/packet/packet.ts";
import { corpusPairs } from "../corpusTexts.ts";
import { programMs, withFiles } from "../hostTools.ts";
import { growthExponent, type Point, timed } from "../measure.ts";
import { read } from "../read.ts";
import { type Row, row, type Target } from "../row.ts";
import { generateRules, nftRuleset } from "../rulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** Which packets fare otherwise: all of them, proved. */
export const DIFF: Suite = {
  name: "diff",
  title: "two devices to the packets that differ",
  needs: null,
  run,
};

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [100, 1_000, 10_000],
  tiny: [10, 20],
};
const PAIRS = 19;
const PATHS: readonly Path[] = ["forward", "input", "output"];
const RUNS = 3;
/** More rules than this, and one run has to do. */
const MANY_RULES = 1_000;

const TARGETS = {
  compile: {
    kind: "atMost",
    of: "ratio",
    limit: 3,
    why: "telling the difference costs no more than a third compilation would",
  },
  text: {
    kind: "atMost",
    of: "value",
    limit: 10_000,
    why: "a check of a merge request; text tells no packets, so it is no match",
  },
  growth: {
    kind: "atMost",
    of: "value",
    limit: 1.5,
    why: "ten times the rules cost at most 32 times as much",
  },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  const times: Point[] = [];
  const edits = SIZES[scale].flatMap((size): readonly Row[] => {
    const { ms, rows } = editRows(size);
    times.push({ size, cost: ms });
    return rows;
  });
  const growth = growthExponent(times);
  const rows = [
    ...edits,
    row("one edit: growth of time", growth, "exponent", null, TARGETS.growth),
  ];
  return scale === "tiny" ? rows : [...rows, ...corpusPairs(PAIRS).map(pairRow)];
}

/** One rule in the middle asks for another port. */
function editRows(size: number): { readonly ms: number; readonly rows: readonly Row[] } {
  const rules = generateRules("structured", size);
  const middle = size >> 1;
  const edited = rules.map((rule, i) =>
    i === middle ? rule.replace(/dport \d+/, "dport 2525") : rule,
  );
  const texts = [nftRuleset(rules), nftRuleset(edited)];
  const [before, after] = [read(nftRuleset(rules)), read(nftRuleset(edited))];
  const runs = size > MANY_RULES ? 1 : RUNS;
  const { ms } = timed(runs, () => compareDevices(before, after));
  const twice = { name: "two compilations", value: compileBoth(before, after, runs) };
  const name = `one edit in ${size} rules`;
  const rows = [
    row(`${name}: time`, ms, "ms", twice, TARGETS.compile),
    row(`${name}: beside text`, ms, "ms", textDiff(texts), TARGETS.text),
  ];
  return { ms, rows };
}

function compileBoth(before: Device, after: Device, runs: number): number {
  return timed(runs, () => {
    for (const path of PATHS)
      for (const device of [before, after]) compilePath(beginAnalysis([device]), device, path);
  }).ms;
}

function textDiff(texts: readonly string[]) {
  return {
    name: "diff(1) of the text",
    value: withFiles(texts, (files) => programMs(RUNS, ["diff", ...files])),
  };
}

function pairRow(pair: ReturnType<typeof corpusPairs>[number], index: number): Row {
  const [before, after] = [read(pair.before), read(pair.after)];
  const { ms } = timed(1, () => compareDevices(before, after));
  return row(
    `pair ${index + 1} of the corpus, ${pair.after.split("\n").length} lines`,
    ms,
    "ms",
    textDiff([pair.before, pair.after]),
    TARGETS.text,
  );
}
