import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ParseResult } from "../../device/device.ts";
import { parseIptables } from "./index.ts";

const CORPUS = "../shared/corpus/iptables";
const HAS_CORPUS = existsSync(CORPUS);

interface Sample {
  readonly file: string;
  readonly isAccepted: boolean;
  readonly text: string;
}

/** Rulesets of the corpus, and whether the kernel's own tool accepts them on an empty host. */
function readSamples(): readonly Sample[] {
  if (!HAS_CORPUS) return [];
  return readFileSync(`${CORPUS}/PROVENANCE.tsv`, "utf8")
    .split("\n")
    .slice(1)
    .flatMap((row): Sample[] => {
      const [file = "", , , , , , , accepts = "-"] = row.split("\t");
      if (file === "" || accepts === "-") return [];
      const text = readFileSync(`${CORPUS}/${file}`, "utf8");
      return [{ file, isAccepted: accepts.startsWith("yes"), text }];
    });
}

function parse({ file, text }: Sample): ParseResult {
  const files = new Map([[file, text]]);
  return parseIptables({ files, roots: [file], onto: null, keepRefused: true });
}

const SAMPLES = readSamples();

test.skipIf(!HAS_CORPUS)("what the kernel accepts is understood to the last line", () => {
  const accepted = SAMPLES.filter(({ isAccepted }) => isAccepted);
  expect(accepted.length).toBeGreaterThan(100);
  for (const sample of accepted) {
    const { coverage, refused } = parse(sample);
    expect({ file: sample.file, lost: coverage.notUnderstood, refused }).toEqual({
      file: sample.file,
      lost: 0,
      refused: [],
    });
  }
});

/** Refused because of the host, which is no fault of the file. */
const OFF_HOST = new Set(["net-network/found_online/jvehent/firewall"]);

test.skipIf(!HAS_CORPUS)("what the kernel refuses is refused", () => {
  for (const sample of SAMPLES.filter(({ isAccepted }) => !isAccepted)) {
    const { refused, diagnostics } = parse(sample);
    expect({ file: sample.file, refused }).toEqual({
      file: sample.file,
      refused: OFF_HOST.has(sample.file) ? [] : [sample.file],
    });
    expect(diagnostics.length).toBeGreaterThan(0);
  }
});

test.skipIf(!HAS_CORPUS)("nine of ten files are modelled in full", () => {
  const full = SAMPLES.filter((sample) => {
    const { coverage } = parse(sample);
    return coverage.opaque + coverage.notUnderstood === 0;
  });
  expect(full.length / SAMPLES.length).toBeGreaterThanOrEqual(0.9);
});
