import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { printDevice } from "../../src/engine/print/index.ts";
import { Kernel } from "../../src/simulation/kernel/kernel.ts";
import { openTime } from "../../src/simulation/time.ts";
import { describeWith } from "../../test/requirements.ts";
import { Chance } from "../chance.ts";
import { readCorpus } from "../corpus.ts";
import { randomNft } from "../generate/nft.ts";
import { randomRichNft } from "../generate/nftRich.ts";

/* The listing that the engine prints is held against that of nft itself, byte for byte. */

vi.setConfig({ testTimeout: 120_000 });

/** What nft lists of a text, in a namespace that goes with the process; null: it does not load. */
function listed(text: string, ...options: readonly string[]): string | null {
  const script = `nft -f - && nft ${options.join(" ")} list ruleset`;
  const ran = spawnSync("unshare", ["-n", "sh", "-c", script], { input: text, encoding: "utf8" });
  return ran.status === 0 ? ran.stdout : null;
}

function read(text: string) {
  const files = new Map([["ruleset.nft", text]]);
  return readDevice({ files, roots: ["ruleset.nft"], dialect: "nft" });
}

/**
 * Whether the printed text comes to the same: for nft, which lists it alike, or for all packets. nft lists some of its
 * own listings otherwise once they are loaded again (`{ 5001 }` as `5001`): both forms count.
 */
function isSame(device: Device, printed: string, listing: string): boolean {
  const relisted = listed(printed, "-s");
  if (relisted === listing || relisted === listed(listing, "-s")) return true;
  const again = read(printed);
  return again.refused.length === 0 && compareDevices(device, again.device).equal === true;
}

interface Count {
  readonly total: number;
  /** Byte for byte as nft lists them. */
  readonly same: number;
  /** Some of it has no words, and is told. */
  readonly told: number;
  /** Those of the rest that do not come to the same when they are read again. */
  readonly wrong: readonly string[];
}

/** Lines of nft's listing that are not printed. */
function difference(listing: string, printed: string): string {
  const lines = new Set(printed.split("\n"));
  return listing
    .split("\n")
    .filter((line) => !lines.has(line))
    .join("\n");
}

/** Counts those that nft loads and the parser takes. */
function judge(texts: readonly string[]): Count {
  let [total, same, told] = [0, 0, 0];
  const wrong: string[] = [];
  for (const text of texts) {
    const listing = listed(text, "-s");
    const result = read(text);
    if (listing === null || result.refused.length > 0) continue;
    total++;
    const { text: printed, unprintable } = printDevice(result.device);
    if (printed === listing) same++;
    else if (unprintable.length > 0) told++;
    else if (!isSame(result.device, printed, listing)) wrong.push(difference(listing, printed));
  }
  return { total, same, told, wrong };
}

const VECTORS = readFileSync("test/semantics/nftables.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { readonly rulesets: readonly { readonly text: string }[] })
  .filter(({ rulesets }) => rulesets.length === 1)
  .flatMap(({ rulesets }) => rulesets.map(({ text }) => text));

const EXAMPLES = readdirSync("examples/mail")
  .filter((name) => name.endsWith(".nft"))
  .map((name) => readFileSync(join("examples/mail", name), "utf8"));

const made = (make: (chance: Chance) => string, count: number) =>
  Array.from({ length: count }, (_, seed) => make(new Chance(seed)));

describeWith(["root", "nft", "ip"], "the printed listing is that of nft", () => {
  test.each([
    ["of the examples", EXAMPLES],
    ["of rulesets made up at random", made(randomNft, 60)],
    ["of what was measured on the kernel", VECTORS],
  ])("%s", (_, texts) => {
    const count = judge(texts);
    expect(count.wrong).toEqual([]);
    expect(count.total).toBeGreaterThan(0);
    expect(count.same).toBe(count.total);
  });

  /* Raw bytes that have a name are listed by it, which is not done here: both load as the same. */
  test("of the less usual parts of nftables, in bytes or in meaning", () => {
    const { total, same, told, wrong } = judge(made(randomRichNft, 10));
    expect({ told, wrong }).toEqual({ told: 0, wrong: [] });
    expect(same).toBeGreaterThanOrEqual(Math.floor(total / 3));
  });

  test("with the numbers that scripts name rules by", () => {
    for (const text of [...EXAMPLES, ...made(randomNft, 20)]) {
      const listing = listed(text, "-a", "-s");
      if (listing === null) continue;
      const kernel = new Kernel({ time: openTime(0), files: new Map() });
      expect(kernel.run(text)).toMatchObject({ kind: "loaded" });
      const printed = kernel.list({ stateless: true, handles: true, terse: false });
      expect(ofRules(printed)).toBe(ofRules(listing));
    }
  });
});

/** Numbers of tables, chains and sets are counted otherwise: no script of premortem's names them. */
function ofRules(listing: string): string {
  return listing.replace(/ \{ # handle \d+$/gm, " {");
}

describeWith(["root", "nft", "ip", "corpus"], "rulesets of others", () => {
  describe.each(["nftables/real", "nftables/moby", "nftables/fw4", "nftables/nft-1.0.6-shell"])(
    "%s",
    (collection) => {
      test("are printed as nft lists them, or as what means the same, or it is told what is not", () => {
        const texts = readCorpus()
          .filter((file) => file.collection === collection && file.isAccepted)
          .map(({ text }) => text.replace(/^([^#\n]*)\bflush\s+ruleset\b/gm, "$1"));
        const { wrong } = judge(texts);
        expect(wrong).toEqual([]);
      });
    },
  );
});
