import { describe, expect, test } from "vitest";
import { interfaceNameValue } from "../../src/engine/base/interfaceName.ts";
import { parseNft } from "../../src/engine/parsers/nft/index.ts";
import { ruleLines } from "./deviceProgram.ts";
import { readNetlink } from "./netlinkProgram.ts";
import { inNamespace, NO_NFT } from "./nftHost.ts";
import { corpusSamples, type Sample, vectorSamples } from "./samples.ts";

/** Rules are compared by their place in the chain, so scripts that move rules are left out. */
const MOVES_RULES = /^\s*(insert|replace|delete|flush chain)|position|index \d/m;
const MARK = "=== interfaces";

/** What nft makes of a text, by chain: the programs of its rules in canonical lines. */
function lowered(sample: Sample): ReadonlyMap<string, readonly (readonly string[])[]> | null {
  const script = `nft --debug=netlink -c -f /dev/stdin 2>&1 && echo "${MARK}" && ip -o link`;
  const { ok, output } = inNamespace(sample.interfaces, script, sample.text);
  if (!ok) return null;
  const [program = "", links = ""] = output.split(MARK);
  const names = new Map(
    [...links.matchAll(/^(\d+): ([^:@]+)/gm)].map(([, index = "", name = ""]) => [index, name]),
  );
  const chains = new Map<string, (readonly string[])[]>();
  for (const { chain, lines } of readNetlink(program)) {
    const rules = chains.get(chain) ?? [];
    chains.set(chain, [...rules, lines.filter(isCompared).map((line) => renamed(line, names))]);
  }
  return chains;
}

function isCompared(line: string): boolean {
  return !line.startsWith("meta set nftrace");
}

/** Interfaces by number are held by name, and `ipsec` is told as it is written. */
function renamed(line: string, names: ReadonlyMap<string, string>): string {
  const spelled = line.replace(/xfrm load (in|out) 0 (\w+)/, "ipsec $1 $2");
  if (!/^meta load [io]if (not )?in \{/.test(spelled)) return spelled;
  return spelled.replace(/\{(.*)\}$/, (_, numbers: string) => {
    const values = numbers.split(",").flatMap((range) => {
      const [from = 0, to = from] = range.split("-").map((number) => Number.parseInt(number, 16));
      return Array.from({ length: to - from + 1 }, (__, i) =>
        interfaceNameValue(names.get(`${from + i}`) ?? "").toString(16),
      );
    });
    return `{${values.sort().join(",")}}`;
  });
}

/** What we make of it. */
function ours(sample: Sample): ReadonlyMap<string, readonly (readonly string[])[]> {
  const files = new Map([[sample.name, sample.text]]);
  const { device } = parseNft({ files, roots: [sample.name], onto: null, keepRefused: true });
  return new Map(
    device.tables.flatMap((table) =>
      table.chains.map((chain): [string, readonly (readonly string[])[]] => [
        `${table.family} ${table.name} ${chain.name}`,
        chain.rules.map(ruleLines),
      ]),
    ),
  );
}

function compareAll(samples: readonly Sample[]): number {
  let rules = 0;
  for (const sample of samples.filter(({ text }) => !MOVES_RULES.test(text))) {
    const theirs = lowered(sample);
    if (theirs === null) continue;
    const own = ours(sample);
    for (const [chain, programs] of theirs) {
      rules += programs.length;
      expect({ sample: sample.name, chain, programs: own.get(chain) }).toEqual({
        sample: sample.name,
        chain,
        programs,
      });
    }
  }
  return rules;
}

const CORPUS = corpusSamples();
const reason = NO_NFT === null ? "" : ` (left out: ${NO_NFT})`;

describe.skipIf(NO_NFT !== null)(`rules are the programs that nft makes of them${reason}`, () => {
  test("of the measured vectors", { timeout: 300_000 }, () => {
    expect(compareAll(vectorSamples())).toBeGreaterThan(500);
  });

  const needs = CORPUS.length === 0 ? " (left out: needs ../shared/corpus)" : "";
  test.skipIf(CORPUS.length === 0)(`of the corpus${needs}`, { timeout: 300_000 }, () => {
    expect(compareAll(CORPUS)).toBeGreaterThan(1000);
  });
});
