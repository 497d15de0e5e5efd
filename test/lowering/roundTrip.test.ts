import { describe, expect, test } from "vitest";
import type { Chain, Device } from "../../src/engine/device/device.ts";
import type { Dialect } from "../../src/engine/parsers/detectDialect.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { meaning } from "../../src/engine/parsers/testing/meaning.ts";
import { inNamespace, NO_NFT } from "./nftHost.ts";
import { corpusSamples, iptablesSamples, type Sample } from "./samples.ts";

const NFT_SAMPLES = corpusSamples();
const IPTABLES_SAMPLES = iptablesSamples();
const reason = NO_NFT === null ? "" : ` (left out: ${NO_NFT})`;
const noCorpus = NFT_SAMPLES.length === 0 ? " (left out: needs ../shared/corpus)" : "";

function meant(text: string, dialect: Dialect): unknown {
  const files = new Map([["text", text]]);
  const { device, coverage } = readDevice({ files, roots: ["text"], dialect, keepRefused: true });
  const listed = dialect === "nft" ? device : withoutIdleChains(device);
  return { device: meaning(listed), lost: coverage.notUnderstood };
}

/** iptables-save shows every chain of a table, those too that nobody declared. */
function withoutIdleChains(device: Device): Device {
  const isIdle = ({ base, rules }: Chain): boolean =>
    base?.policy === "accept" && rules.length === 0;
  const tables = device.tables.map((table) => ({
    ...table,
    chains: table.chains.filter((chain) => !isIdle(chain)),
  }));
  return { ...device, tables };
}

/** Loads each sample and compares it with what the tool lists; the number of samples that load. */
function compareListings(
  samples: readonly Sample[],
  script: string,
  dialectOf: (sample: Sample) => Dialect,
): number {
  let loaded = 0;
  for (const sample of samples) {
    const { ok, output } = inNamespace(sample.interfaces, script, sample.text);
    if (!ok) continue;
    loaded++;
    const dialect = dialectOf(sample);
    expect({ sample: sample.name, ...Object(meant(output, dialect)) }).toEqual({
      sample: sample.name,
      ...Object(meant(sample.text, dialect)),
    });
  }
  return loaded;
}

describe.skipIf(NO_NFT !== null || noCorpus !== "")(
  `a listing means what was loaded${reason}${noCorpus}`,
  () => {
    test("nft list ruleset", { timeout: 300_000 }, () => {
      const script = "nft -f /dev/stdin && nft list ruleset";
      expect(compareListings(NFT_SAMPLES, script, () => "nft")).toBeGreaterThan(150);
    });

    test("iptables-save", { timeout: 300_000 }, () => {
      const four = IPTABLES_SAMPLES.filter(({ dialect }) => dialect === "iptables");
      const script = "iptables-nft-restore && iptables-nft-save";
      expect(compareListings(four, script, () => "iptables")).toBeGreaterThan(50);
    });

    test("ip6tables-save", { timeout: 300_000 }, () => {
      const six = IPTABLES_SAMPLES.filter(({ dialect }) => dialect === "ip6tables");
      const script = "ip6tables-nft-restore && ip6tables-nft-save";
      expect(compareListings(six, script, () => "ip6tables")).toBeGreaterThan(5);
    });
  },
);
