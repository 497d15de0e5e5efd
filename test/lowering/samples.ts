import { existsSync, readFileSync } from "node:fs";
import { detectDialect } from "../../src/engine/parsers/detectDialect.ts";

export interface Sample {
  readonly name: string;
  readonly text: string;
  /** Interfaces that nft wants to find. */
  readonly interfaces: readonly string[];
}

const CORPUS = "../shared/corpus/nftables";

/** The rulesets of the corpus that nft accepts; none where the corpus is not there. */
export function corpusSamples(): readonly Sample[] {
  if (!existsSync(CORPUS)) return [];
  return readFileSync(`${CORPUS}/PROVENANCE.tsv`, "utf8")
    .split("\n")
    .slice(1)
    .flatMap((row): Sample[] => {
      const [file = "", , , , , , , accepts = "-"] = row.split("\t");
      /* nft 1.0.6 knows `dstnat` in prerouting only; the number is the same priority. */
      const isPriority = accepts.includes("invalid priority expression");
      if (!accepts.startsWith("yes") && !isPriority) return [];
      const interfaces = /interfaces: (.*)$/.exec(accepts)?.[1]?.split(" ") ?? [];
      const text = readFileSync(`${CORPUS}/${file}`, "utf8");
      const loadable = text.replaceAll("hook output priority dstnat", "hook output priority -100");
      return [{ name: file, text: isPriority ? loadable : text, interfaces }];
    });
}

export interface IptablesSample extends Sample {
  readonly dialect: "iptables" | "ip6tables";
}

const IPTABLES = "../shared/corpus/iptables";

/** The rulesets of the corpus that iptables-restore accepts. */
export function iptablesSamples(): readonly IptablesSample[] {
  if (!existsSync(IPTABLES)) return [];
  return readFileSync(`${IPTABLES}/PROVENANCE.tsv`, "utf8")
    .split("\n")
    .slice(1)
    .flatMap((row): IptablesSample[] => {
      const [file = "", , , , , , , accepts = "-"] = row.split("\t");
      if (!accepts.startsWith("yes")) return [];
      const text = readFileSync(`${IPTABLES}/${file}`, "utf8");
      const isSix = detectDialect(file, text) === "ip6tables";
      return [{ name: file, text, interfaces: [], dialect: isSix ? "ip6tables" : "iptables" }];
    });
}

interface Vector {
  readonly name: string;
  readonly rulesets: readonly { readonly text: string }[];
  readonly load?: readonly { readonly ok: boolean }[];
  readonly setup?: { readonly interfaces?: unknown };
}

/** The first text of each measured vector that nft accepts. */
export function vectorSamples(): readonly Sample[] {
  return readFileSync("test/semantics/nftables.jsonl", "utf8")
    .trim()
    .split("\n")
    .map((line): Vector => JSON.parse(line))
    .filter(({ load }) => load?.[0]?.ok !== false)
    .map(({ name, rulesets }) => ({
      name: `vector: ${name}`,
      text: rulesets[0]?.text ?? "",
      interfaces: ["a0", "b0"],
    }));
}
