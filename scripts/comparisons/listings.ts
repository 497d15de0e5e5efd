import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { table } from "../markdown.ts";
import {
  CORPUS,
  type Compared,
  cell,
  compare,
  meaningOf,
  reasonsOf,
  standings,
  whyNotLoaded,
  word,
} from "./compared.ts";

/* Real rulesets of nft against what the kernel's own listings of them carry. */

interface Listed {
  readonly json: Compared;
  readonly text: Compared;
}

export function listingsChapter(folder: string): string {
  const all = accepted().flatMap((one) => listed(folder, one));
  const lossy = all.filter(({ json }) => json.answer?.equal !== true);
  return `## Rulesets of nft against their listings

Each ruleset of the corpus that nft 1.0.6 takes is loaded in a network namespace of its own, and compared with
\`nft -j list ruleset\` and with \`nft list ruleset\` of it. JSON: ${standings(all.map(({ json }) => json))} Text:
${standings(all.map(({ text }) => text))}

${table(
  ["ruleset", "JSON", "text", "what the listing lost"],
  lossy.map(({ json, text }) => [
    `\`${json.name}\``,
    word(json),
    word(text),
    cell([lossOf(json.name), ...reasonsOf(json, meaningOf)].filter((one) => one !== "")),
  ]),
)}
`;
}

/** What each of these listings does not carry (both forms read side by side, nft 1.0.6). */
const LOSSES: Readonly<Record<string, string>> = {
  "real/Vlad-Dovbniak+Port-Knocking/nftables.conf":
    "JSON has no `flags dynamic`: the set is fixed there",
  "real/anssisaari+debian-router-failover/nftables.conf":
    "`meta l4proto icmp icmp type …` is listed as `icmp type …` in both forms, which in a table of family inet means IPv4 alone",
  "nft-1.0.6-shell/chains/0021prio_0.nft": "JSON has no devices of ingress chains",
  "nft-1.0.6-shell/chains/0042chain_variable_0.nft": "JSON has no devices of ingress chains",
  "nft-1.0.6-shell/sets/0070stacked_l2_headers.nft":
    "JSON has no `flags dynamic`, and says `integer` without its width",
  "real/nekoponpl+sparkle.internal.nekopon.pl/etc/nftables.conf":
    "JSON has no devices of ingress chains",
};

function lossOf(name: string): string {
  return LOSSES[name] ?? "";
}

interface Accepted {
  readonly file: string;
  readonly interfaces: readonly string[];
}

function accepted(): readonly Accepted[] {
  return readFileSync(join(CORPUS, "nftables/PROVENANCE.tsv"), "utf8")
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [file = "", , , , , , , accepts = "-"] = line.split("\t");
      if (!accepts.startsWith("yes")) return [];
      const named = /interfaces: *(.*)$/.exec(accepts)?.[1] ?? "";
      return [
        { file, interfaces: named.split(/[\s,;]+/).filter((name) => /^[\w.-]+$/.test(name)) },
      ];
    });
}

function listed(folder: string, { file, interfaces }: Accepted): readonly Listed[] {
  const path = join(CORPUS, "nftables", file);
  const json = join(folder, "listing.json");
  const text = join(folder, "listing.nft");
  const load = `cd "${dirname(path)}" && nft -f "${basename(path)}"`;
  const list = `nft -j list ruleset > "${json}" && nft list ruleset > "${text}"`;
  if (whyNotLoaded(`${load} && ${list}`, interfaces) !== null) return [];
  return [{ json: compare(file, path, json), text: compare(file, path, text) }];
}
