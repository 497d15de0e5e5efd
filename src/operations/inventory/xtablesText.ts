/* Tables that both nft and iptables list: whose words of them are read. */

/**
 * Said of a table that has base chains of nft's making (measured with iptables 1.8.9): what follows under its name
 * leaves them out.
 */
const FOREIGN = /^# Table `(\w+)' (?:contains incompatible|is incompatible)/gm;

/** Tables by `family name` that iptables-nft cannot show whole. */
export function leftToNft(texts: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set(
    [
      ["ip", "iptables-nft"],
      ["ip6", "ip6tables-nft"],
    ].flatMap(([family, part = ""]) =>
      foreignTables(texts.get(part) ?? "").map((name) => `${family} ${name}`),
    ),
  );
}

function foreignTables(text: string): readonly string[] {
  return [...text.matchAll(FOREIGN)].flatMap(([, name]) => name ?? []);
}

/** What iptables-save prints without the tables that it does not show whole. */
export function ofXtables(text: string): string {
  const foreign = new Set(foreignTables(text).map((name) => `*${name}`));
  if (foreign.size === 0) return text;
  let isForeign = false;
  return text
    .split("\n")
    .map((line) => {
      if (line.startsWith("*")) isForeign = foreign.has(line.trim());
      const kept = isForeign ? "" : line;
      if (line === "COMMIT") isForeign = false;
      return kept;
    })
    .join("\n");
}

/** nft's own words for tables that iptables-nft writes (measured with 1.0.6). */
const MANAGED = /^# Warning: table \S+ \S+ is managed by iptables-nft/;

/**
 * nft prints the tables of iptables-nft as well, but not so that they could be read again (`xt match`):
 * they are read from iptables-save instead.
 */
export function ownOfNft(text: string, left: ReadonlySet<string>): string {
  let isManaged = false;
  let isNext = false;
  return text
    .split("\n")
    .map((line) => {
      if (MANAGED.test(line)) isNext = true;
      else if (line.startsWith("table ")) {
        isManaged = isNext && !left.has(line.replace(/^table | \{$/g, ""));
        isNext = false;
      }
      const kept = isManaged ? "" : line;
      if (line === "}") isManaged = false;
      return kept;
    })
    .join("\n");
}
