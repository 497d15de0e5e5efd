import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ParseResult } from "../../device/device.ts";
import { parseNft } from "./index.ts";

const CORPUS = "../shared/corpus/nftables";
const HAS_CORPUS = existsSync(CORPUS);

interface Sample {
  readonly file: string;
  readonly isAccepted: boolean;
}

/** Rulesets of the corpus, and whether nft 1.0.6 accepts them on an empty host. */
function readSamples(): readonly Sample[] {
  if (!HAS_CORPUS) return [];
  return readFileSync(`${CORPUS}/PROVENANCE.tsv`, "utf8")
    .split("\n")
    .slice(1)
    .flatMap((row): Sample[] => {
      const [file = "", , , , , , , accepts = "-"] = row.split("\t");
      return accepts === "-" ? [] : [{ file, isAccepted: accepts.startsWith("yes") }];
    });
}

const SAMPLES = readSamples();
const TEXTS: ReadonlyMap<string, string> = new Map(
  SAMPLES.map(({ file }) => [file, readFileSync(`${CORPUS}/${file}`, "utf8")]),
);

function parse({ file }: Sample): ParseResult {
  return parseNft({ files: TEXTS, roots: [file], onto: null, keepRefused: true });
}

function isTemplate({ file }: Sample): boolean {
  return /\{\{|<%|\$\{/.test(TEXTS.get(file) ?? "");
}

test.skipIf(!HAS_CORPUS)("what nft accepts is understood to the last line", () => {
  const accepted = SAMPLES.filter(({ isAccepted }) => isAccepted);
  expect(accepted.length).toBeGreaterThan(100);
  for (const sample of accepted) {
    const { coverage, refused, diagnostics } = parse(sample);
    const { file } = sample;
    const messages = diagnostics.map(({ message }) => message).join("\n");
    expect({ file, lost: coverage.notUnderstood, refused }, messages).toEqual({
      file,
      lost: 0,
      refused: [],
    });
  }
});

test.skipIf(!HAS_CORPUS)("nine of ten files are modelled in full", () => {
  const counted = SAMPLES.filter((sample) => !isTemplate(sample))
    .map((sample) => parse(sample).coverage)
    .filter(({ lines }) => lines > 0);
  const full = counted.filter(({ opaque, notUnderstood }) => opaque + notUnderstood === 0);
  expect(full.length / counted.length).toBeGreaterThanOrEqual(0.9);
});
