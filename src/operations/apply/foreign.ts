import { partOf, type Snapshot } from "../inventory/snapshot.ts";

/**
 * Why the ruleset of a host cannot be restored from what nft lists, in words; empty: it can. What
 * iptables-nft writes does not load again, or loads in a form that its owners cannot read any more, and
 * what is in the legacy back-end nft does not see at all (measured with nft 1.0.6, iptables 1.8.9).
 * `owned` are premortem's own tables, as `family name`: iptables-save prints those too where they look
 * like its own.
 */
export function foreignWriters(snapshot: Snapshot, owned: readonly string[]): readonly string[] {
  const text = (name: string) => partOf(snapshot, name) ?? "";
  const nft = text("nft");
  const found = [
    ...namesOf(nft, MANAGED).map((table) => `iptables-nft writes table \`${table}\``),
    ...(EXTENSION.test(nft) ? ["its listing holds matches of xtables, which nft cannot load"] : []),
    ...FAMILIES.flatMap(([program, family]) => [
      ...usedTables(text(`${program}-nft`))
        .filter((table) => !owned.includes(`${family} ${table}`))
        .map((table) => `${program}-nft writes table \`${family} ${table}\``),
      ...(usedTables(text(`${program}-legacy`)).length > 0
        ? [`${program}-legacy has rules that nft does not see`]
        : []),
    ]),
    ...OWNERS.flatMap(([owner, chain]) =>
      chain.test(nft) ? [`${owner} writes chains of its own`] : [],
    ),
  ];
  return [...new Set(found)];
}

const FAMILIES = [
  ["iptables", "ip"],
  ["ip6tables", "ip6"],
] as const;
/** nft's own words (1.0.6). */
const MANAGED = /^# Warning: table (\S+ \S+) is managed by iptables-nft/gm;
const EXTENSION = /^\t\t.*\bxt (?:match|target) /m;
const OWNERS: readonly (readonly [owner: string, chain: RegExp])[] = [
  ["Docker", /^\tchain DOCKER\S* \{/m],
  ["ufw", /^\tchain ufw6?-\S+ \{/m],
];

function namesOf(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].flatMap(([, name]) => name ?? []);
}

/**
 * Tables of an iptables-save file that do something: those that were only looked at are there as well,
 * and let everything through.
 */
export function usedTables(text: string): readonly string[] {
  return text
    .split(/^\*/m)
    .slice(1)
    .filter((part) => /^-A /m.test(part) || /^:\S+ (?!ACCEPT|-)\S+/m.test(part))
    .flatMap((part) => /^\w+/.exec(part)?.[0] ?? []);
}
