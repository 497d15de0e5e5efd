import { answerTrace } from "../../src/engine/answer/trace.ts";
import { seededRandom } from "../../src/engine/bdd/index.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import { programMs, withFiles } from "../hostTools.ts";
import { kernelPacketsPerSecond } from "../kernelPeer.ts";
import { growthExponent, type Point, timed } from "../measure.ts";
import { packetLines } from "../packets.ts";
import { read } from "../read.ts";
import { type Row, row, type Target } from "../row.ts";
import { generateRules, nftRuleset } from "../rulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** One packet after the other through a ruleset that is read once. */
export const TRACE: Suite = {
  name: "trace",
  title: "packets through rules, one by one",
  needs: null,
  run,
};

const SIZES: Readonly<Record<Scale, readonly number[]>> = { full: [10, 100, 1_000], tiny: [5, 10] };
const PACKETS: Readonly<Record<Scale, number>> = { full: 2_000, tiny: 5 };
const RUNS = 5;
const MS_IN_SECOND = 1_000;
const PROGRAM = "bin/premortem";

const TARGETS = {
  rate: {
    kind: "atLeast",
    of: "value",
    limit: 200,
    why: "a day of sampled flows is asked in minutes",
  },
  growth: { kind: "atMost", of: "value", limit: 1.1, why: "each rule is looked at once" },
  start: {
    kind: "atMost",
    of: "ratio",
    limit: 3,
    why: "a hook that runs on each commit must not be felt",
  },
  program: {
    kind: "atLeast",
    of: "value",
    limit: 100,
    why: "reading the ruleset and printing JSON included",
  },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  const times: Point[] = [];
  const rows = SIZES[scale].flatMap((size): readonly Row[] => {
    const text = nftRuleset(generateRules("structured", size));
    const lines = packetLines(PACKETS[scale], seededRandom(1));
    const rate = (lines.length * MS_IN_SECOND) / traced(text, lines);
    times.push({ size, cost: 1 / rate });
    const kernel = {
      name: "the kernel, UDP by lo through as many rules",
      value: scale === "tiny" ? null : kernelPacketsPerSecond(generateRules("structured", size)),
    };
    const named = `${size} rules`;
    const inside = row(
      `${named}: packets, answers included`,
      rate,
      "packets/s",
      kernel,
      TARGETS.rate,
    );
    return scale === "tiny" ? [inside] : [inside, programRow(named, text, lines)];
  });
  const growth = growthExponent(times);
  const all = [...rows, row("a packet: growth of time", growth, "exponent", null, TARGETS.growth)];
  return scale === "tiny" ? all : [...all, startRow()];
}

function traced(text: string, lines: readonly string[]): number {
  const device = read(text);
  return timed(1, () => {
    for (const line of lines) {
      const spec = parsePacket(line);
      if (!isNotationError(spec))
        JSON.stringify(answerTrace(line, interpret(device, spec, { host: null })));
    }
  }).ms;
}

/** The whole command line: start-up, reading, printing. */
function programRow(name: string, text: string, lines: readonly string[]): Row {
  const ms = withFiles([text, lines.join("\n")], ([ruleset = "", packets = ""]) =>
    programMs(1, [process.execPath, PROGRAM, "trace", ruleset, "--packets", packets]),
  );
  const rate = ms === null ? 0 : (lines.length * MS_IN_SECOND) / ms;
  return row(`${name}: trace --packets`, rate, "packets/s", null, TARGETS.program);
}

function startRow(): Row {
  const own = programMs(RUNS, [process.execPath, PROGRAM, "--version"]) ?? 0;
  const bare = programMs(RUNS, [process.execPath, "-e", "0"]);
  return row("start-up", own, "ms", { name: "node -e 0", value: bare }, TARGETS.start);
}
