import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { seededRandom } from "../../src/engine/bdd/index.ts";
import { iptablesRuleset } from "../dialects.ts";
import { apartMs, withFiles } from "../hostTools.ts";
import { median } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import { type Generator, generateRules, nftRuleset } from "../rulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** `premortem diff` as somebody calls it: a process that has done nothing yet. */
export const COLD: Suite = {
  name: "cold",
  title: "premortem diff of two files that differ in one rule, a fresh process each",
  needs: null,
  run,
};

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [1_000, 10_000, 100_000],
  tiny: [10],
};
/** Rules that are another one, one after the other: the first, the last, and some drawn at random. */
const PLACES: Readonly<Record<Scale, number>> = { full: 20, tiny: 2 };
const SEED = 11;
/** Up to here starting Node is a good part of what it takes. */
const SMALL = 1_000;
const BYTES_IN_KB = 1_024;
const BYTES_IN_MB = 1e6;

/** As `bin/premortem` starts it. */
const START = "bin/start.js";

interface Kind {
  readonly name: string;
  readonly generator: Generator;
  readonly write: (rules: readonly string[]) => string;
  readonly tool: string;
  readonly command: (file: string) => readonly string[];
}

const NFT = {
  write: nftRuleset,
  tool: "nft -c -f",
  command: (file: string) => ["nft", "-c", "-f", file],
};
const KINDS: readonly Kind[] = [
  { name: "nft, structured", generator: "structured", ...NFT },
  { name: "nft, random", generator: "random", ...NFT },
  {
    name: "iptables-save, structured",
    generator: "structured",
    write: iptablesRuleset,
    tool: "iptables-restore --test",
    command: (file) => ["iptables-restore", "--test", file],
  },
];

const TARGETS = {
  nft: { kind: "atMost", of: "ratio", limit: 1, why: "no slower than nft reads one of the two" },
  small: {
    kind: "atMost",
    of: "ratio",
    limit: 1,
    why: "no slower than Node starts, and nft reads both",
  },
  iptables: {
    kind: "atMost",
    of: "ratio",
    limit: 1,
    why: "no slower than the nft file of the same rules",
  },
  restore: {
    kind: "atMost",
    of: "ratio",
    limit: 100,
    why: "that tool sends its rules to nobody: told, no match",
  },
  memory: { kind: "atMost", of: "value", limit: 1_000, why: "it fits a small machine" },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  /* Not built yet: there is nothing to start. */
  if (!existsSync("dist/premortem.cjs")) return [row("not built", 0, "ms", null, TARGETS.nft)];
  const start = median(Array.from({ length: 10 }, () => nodeMs(["-e", "0"])));
  return SIZES[scale].flatMap((size) => {
    const costs = KINDS.map((kind) => measure(kind, size, PLACES[scale]));
    const [nft] = costs;
    return KINDS.flatMap((kind, i) => rowsOf(kind, size, costs[i] ?? NOTHING, start, nft));
  });
}

interface Cost {
  readonly ms: number;
  /** Null: the tool is not here, or may not run. */
  readonly toolMs: number | null;
  readonly megabytes: number;
}

const NOTHING: Cost = { ms: 0, toolMs: null, megabytes: 0 };

function rowsOf(
  { name, tool, generator, write }: Kind,
  size: number,
  { ms, toolMs, megabytes }: Cost,
  start: number,
  nft: Cost | undefined,
): readonly Row[] {
  const what = `${name}, ${size} rules`;
  const memory = row(`${what}: memory`, megabytes, "MB", null, TARGETS.memory);
  if (write !== nftRuleset) {
    const same = { name: `the nft file, ${generator}`, value: nft?.ms ?? null };
    const peer = { name: tool, value: toolMs };
    return [
      row(`${what}: time`, ms, "ms", same, TARGETS.iptables),
      row(`${what}: beside the tool`, ms, "ms", peer, TARGETS.restore),
      memory,
    ];
  }
  const twice = toolMs === null ? null : start + 2 * toolMs;
  return size <= SMALL
    ? [
        row(
          `${what}: time`,
          ms,
          "ms",
          { name: `node -e 0, ${tool} twice`, value: twice },
          TARGETS.small,
        ),
        memory,
      ]
    : [row(`${what}: time`, ms, "ms", { name: tool, value: toolMs }, TARGETS.nft), memory];
}

/** The tool and premortem in turns, so that both meet the same machine. */
function measure({ generator, write, command }: Kind, size: number, places: number): Cost {
  const rules = generateRules(generator, size);
  const times: number[] = [];
  const toolTimes: number[] = [];
  let megabytes = 0;
  for (const place of placesIn(size, places)) {
    const edited = rules.with(place, (rules[place] ?? "").replace(/dport \S+/, "dport 2525"));
    withFiles([write(rules), write(edited)], ([before = "", after = ""]) => {
      const toolMs = apartMs(command(after));
      if (toolMs !== null) toolTimes.push(toolMs);
      times.push(nodeMs([START, "diff", before, after]));
      if (times.length === 1) megabytes = peakMegabytes([START, "diff", before, after]);
    });
  }
  return {
    ms: median(times),
    toolMs: toolTimes.length === 0 ? null : median(toolTimes),
    megabytes,
  };
}

function placesIn(size: number, count: number): readonly number[] {
  const random = seededRandom(SEED);
  const drawn = Array.from({ length: Math.max(0, count - 2) }, () => Math.floor(random() * size));
  return [0, size - 1, ...drawn];
}

/** A difference ends with 1. */
function nodeMs(args: readonly string[]): number {
  const ms = apartMs([process.execPath, ...args], 1);
  if (ms === null) throw new Error(`${args.join(" ")} fails`);
  return ms;
}

const TELL_MEMORY = `data:text/javascript,process.on("exit",()=>process._rawDebug(process.resourceUsage().maxRSS))`;

/** The most that a run of Node has had in memory at once. */
function peakMegabytes(args: readonly string[]): number {
  const { stderr } = spawnSync(process.execPath, ["--import", TELL_MEMORY, ...args], {
    encoding: "utf8",
  });
  return (Number(stderr.trim().split("\n").at(-1)) * BYTES_IN_KB) / BYTES_IN_MB;
}
