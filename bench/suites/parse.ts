import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { bigDumps } from "../corpusTexts.ts";
import { ipsetSave, iptablesRuleset, nftJson } from "../dialects.ts";
import { namespaceMs, withFiles } from "../hostTools.ts";
import { growthExponent, type Point, timed } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import { generateRules, nftRuleset } from "../rulesets.ts";
import type { Scale, Suite } from "../suite.ts";

/** Text to devices. */
export const PARSE: Suite = { name: "parse", title: "text to a device", needs: null, run };

const SIZES: Readonly<Record<Scale, readonly number[]>> = {
  full: [1_000, 10_000, 50_000],
  tiny: [10, 20],
};
const RUNS = 3;
/** More characters than this, and one run has to do. */
const LONG_TEXT = 2_000_000;
const BYTES_IN_MB = 1e6;
const MS_IN_SECOND = 1_000;

interface Dialect {
  readonly name: string;
  readonly write: (size: number) => string;
  /** What reads the same file on a host, without keeping it. */
  readonly tool: string;
  readonly command: (file: string) => readonly string[];
}

const DIALECTS: readonly Dialect[] = [
  {
    name: "nft",
    write: (size) => nftRuleset(generateRules("random", size)),
    tool: "nft -c -f",
    command: (file) => ["nft", "-c", "-f", file],
  },
  {
    name: "iptables-save",
    write: (size) => iptablesRuleset(generateRules("random", size)),
    tool: "iptables-restore --test",
    command: (file) => ["iptables-restore", "--test", file],
  },
  {
    name: "ipset save",
    write: ipsetSave,
    tool: "ipset restore",
    command: (file) => ["ipset", "restore", "-file", file],
  },
  {
    name: "nft -j",
    write: (size) => nftJson(generateRules("random", size)),
    tool: "nft -j -c -f",
    command: (file) => ["nft", "-j", "-c", "-f", file],
  },
];

const TARGETS = {
  lines: {
    kind: "atLeast",
    of: "value",
    limit: 5_000,
    why: "10,000 rules are read in two seconds",
  },
  bytes: { kind: "atLeast", of: "value", limit: 0.5, why: "the same, for files of long lines" },
  time: {
    kind: "atMost",
    of: "ratio",
    limit: 10,
    why: "spans and diagnostics may cost what the tool's own parser, in C, does not pay",
  },
  growth: { kind: "atMost", of: "value", limit: 1.2, why: "a line costs what a line costs" },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  const rows = DIALECTS.flatMap((dialect) => dialectRows(dialect, SIZES[scale]));
  if (scale === "tiny") return rows;
  const [, iptables] = DIALECTS;
  const dumps = bigDumps().filter(() => iptables !== undefined);
  return [
    ...rows,
    ...dumps.flatMap(({ name, text }) => {
      const tool = name.startsWith("ip6") ? "ip6tables-restore" : "iptables-restore";
      return textRows(name, text, `${tool} --test`, (file) => [tool, "--test", file]).rows;
    }),
  ];
}

function dialectRows({ name, write, tool, command }: Dialect, sizes: readonly number[]) {
  const times: Point[] = [];
  // The first texts are read slowly, until the parser has been compiled.
  readDevice({ files: new Map([["rules", write(sizes[0] ?? 0)]]), roots: ["rules"] });
  const rows = sizes.flatMap((size) => {
    const measured = textRows(`${name}, ${size} lines`, write(size), tool, command);
    times.push({ size, cost: measured.ms });
    return measured.rows;
  });
  const growth = growthExponent(times);
  return [...rows, row(`${name}: growth of time`, growth, "exponent", null, TARGETS.growth)];
}

function textRows(
  name: string,
  text: string,
  tool: string,
  command: (file: string) => readonly string[],
): { readonly ms: number; readonly rows: readonly Row[] } {
  const input = { files: new Map([["rules", text]]), roots: ["rules"], keepRefused: true };
  const runs = text.length > LONG_TEXT ? 1 : RUNS;
  const { ms, value } = timed(runs, () => readDevice(input));
  const peer = withFiles([text], ([file = ""]) => ({
    name: tool,
    value: namespaceMs(runs, command(file)),
  }));
  const seconds = ms / MS_IN_SECOND;
  const rate = text.length / BYTES_IN_MB / seconds;
  const lines = value.coverage.lines / seconds;
  return {
    ms,
    rows: [
      row(`${name}: time`, ms, "ms", peer, TARGETS.time),
      row(`${name}: lines`, lines, "lines/s", null, TARGETS.lines),
      row(`${name}: bytes`, rate, "MB/s", null, TARGETS.bytes),
    ],
  };
}
