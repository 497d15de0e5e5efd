import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/engine/parsers/detectDialect.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { meaning } from "../../src/engine/parsers/testing/meaning.ts";
import { inNamespace, NO_NFT } from "./nftHost.ts";
import { corpusSamples, type Sample, vectorSamples } from "./samples.ts";

/** What nft 1.0.6 leaves out of its JSON, or prints of several the first only (measured). */
const LOST_BY_JSON: readonly string[] = ["autoMerge", "dynamic", "devices", "statements"];

/** Sets of raw integers: JSON tells that the type is `integer`, not how many bits it has. */
const WITHOUT_WIDTHS: readonly string[] = [
  "nft-1.0.6-shell/maps/typeof_integer_0.nft",
  "nft-1.0.6-shell/maps/typeof_maps_0.nft",
  "nft-1.0.6-shell/sets/0070stacked_l2_headers.nft",
];

function meant(text: string, dialect: Dialect): unknown {
  const files = new Map([["text", text]]);
  const { device, coverage } = readDevice({ files, roots: ["text"], dialect, keepRefused: true });
  return { device: withoutLost(meaning(device)), lost: coverage.notUnderstood };
}

/** Of elements the statements are lost, of rules they are what is compared. */
function withoutLost(device: unknown): unknown {
  return JSON.parse(JSON.stringify(device), function (this: unknown, key, value: unknown) {
    const isRule = key === "statements" && !("catchAll" in Object(this));
    return LOST_BY_JSON.includes(key) && !isRule ? undefined : value;
  });
}

function compareForms(samples: readonly Sample[]): number {
  let loaded = 0;
  const script = "nft -f /dev/stdin && nft list ruleset && echo =JSON= && nft -j list ruleset";
  for (const sample of samples.filter(({ name }) => !WITHOUT_WIDTHS.includes(name))) {
    const { ok, output } = inNamespace(sample.interfaces, script, sample.text);
    if (!ok) continue;
    loaded++;
    const [text = "", json = ""] = output.split("=JSON=\n");
    expect({ sample: sample.name, meant: meant(json, "nftJson") }).toEqual({
      sample: sample.name,
      meant: meant(text, "nft"),
    });
  }
  return loaded;
}

const CORPUS = corpusSamples();
const reason = NO_NFT === null ? "" : ` (left out: ${NO_NFT})`;

describe.skipIf(NO_NFT !== null)(`nft -j list ruleset means what the text means${reason}`, () => {
  test("of the measured vectors", { timeout: 300_000 }, () => {
    expect(compareForms(vectorSamples())).toBeGreaterThan(300);
  });

  const needs = CORPUS.length === 0 ? " (left out: needs ../shared/corpus)" : "";
  test.skipIf(CORPUS.length === 0)(`of the corpus${needs}`, { timeout: 300_000 }, () => {
    expect(compareForms(CORPUS)).toBeGreaterThan(150);
  });
});
