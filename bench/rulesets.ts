import type { RandomSource } from "../src/engine/bdd/index.ts";
import { seededRandom } from "../src/engine/bdd/index.ts";

/** How rules hang together decides what they cost; these are the three kinds of trial. */
export const GENERATORS = {
  random: "random",
  structured: "structured: 200 networks, 20 ports",
  wildcards: "wildcard-heavy",
} as const;

export type Generator = keyof typeof GENERATORS;

const SEED = 7;
const NETWORKS = 200;
const PORTS = [
  22, 25, 53, 80, 110, 123, 143, 161, 389, 443, 465, 514, 587, 636, 873, 993, 995, 3306, 5432, 8443,
];

/** Matches and verdict of each rule, in nft's words; the same for the same arguments. */
export function generateRules(generator: Generator, count: number): readonly string[] {
  const random = seededRandom(SEED);
  const rule = RULES[generator];
  return Array.from({ length: count }, () => rule(random));
}

const RULES: Readonly<Record<Generator, (random: RandomSource) => string>> = {
  random: (random) => {
    const [source, destination] = [prefix(random), prefix(random)];
    return `ip saddr ${source} ip daddr ${destination} ${ports(random)} ${verdict(random)}`;
  },
  structured: (random) => {
    const [source, destination] = [network(random), network(random)];
    const port = PORTS[below(random, PORTS.length)];
    return `ip saddr ${source} ip daddr ${destination} tcp dport ${port} accept`;
  },
  /* Each field is left out more often than not, so that most rules overlap. */
  wildcards: (random) => {
    const fields = [
      () => `ip saddr ${prefix(random)}`,
      () => `ip daddr ${prefix(random)}`,
      () => ports(random),
    ];
    const some = fields.filter(() => below(random, 10) < 4).map((field) => field());
    const asked = some.length > 0 ? some : [ports(random)];
    return `${asked.join(" ")} ${verdict(random)}`;
  },
};

/** A table with one chain of these rules. */
export function nftRuleset(rules: readonly string[]): string {
  const lines = rules.map((rule) => `\t\t${rule}\n`).join("");
  return `table inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority 0; policy drop;\n${lines}\t}\n}\n`;
}

function below(random: RandomSource, bound: number): number {
  return Math.floor(random() * bound);
}

function network(random: RandomSource): string {
  const number = below(random, NETWORKS);
  return `10.${number >> 4}.${number & 15}.0/24`;
}

function prefix(random: RandomSource): string {
  const length = 8 + below(random, 25);
  const address = Math.floor(random() * 2 ** length) * 2 ** (32 - length);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return `${bytes.join(".")}/${length}`;
}

function ports(random: RandomSource): string {
  const protocol = below(random, 2) === 0 ? "tcp" : "udp";
  const from = below(random, 65_536);
  if (below(random, 2) === 0) return `${protocol} dport ${from}`;
  return `${protocol} dport ${from}-${from + below(random, 65_536 - from)}`;
}

function verdict(random: RandomSource): string {
  return below(random, 2) === 0 ? "accept" : "drop";
}
