/** A table as `nft -s list table` prints it, cut into its blocks. */
export interface ListedTable {
  /** `inet edge`. */
  readonly key: string;
  /** What stands beside the blocks: flags, a comment. */
  readonly properties: readonly string[];
  readonly blocks: readonly ListedBlock[];
}

/** A chain, a set, a map, an object: what `{ … }` inside a table holds. */
export interface ListedBlock {
  /** `chain`, `set`, `map`, `flowtable`, `counter`, `ct helper` …. */
  readonly kind: string;
  readonly name: string;
  /** Lines inside, without their indentation. */
  readonly lines: readonly string[];
}

/** Behind the brace stand handles, and who owns a table that has an owner. */
const TABLE = /^table (\S+ \S+) \{(?: #.*)?$/;
const BLOCK = /^\t((?:ct )?[a-z]+) (\S+) \{(?: #.*)?$/;
/** How many elements a set holds, from nft 1.1.3 on: that moves all day. */
const COUNT = /\t# count \d+$/;
/** `jump {`: rules of a chain without a name follow, up to a line with the brace and the handle of the whole. */
const OPENS = /^[^"]*(?:"[^"]*"[^"]*)*\{$/;

/** nft's own words for a table that iptables-nft writes (measured with 1.0.6). */
const MANAGED = /^# Warning: table (\S+ \S+) is managed by iptables-nft/gm;
const XTABLES_CHAINS: ReadonlySet<string> = new Set([
  "INPUT",
  "FORWARD",
  "OUTPUT",
  "PREROUTING",
  "POSTROUTING",
]);

/**
 * Cuts a listing into tables and blocks, without those that iptables-nft writes and iptables-save tells. Listings
 * of the kernel are regular: a tab for each level, and an end on a line of its own. Null: this is none, or a table
 * of iptables-nft has a base chain of somebody else's, which iptables-save does not tell.
 */
export function readListing(text: string): readonly ListedTable[] | null {
  const tables = cutTables(text);
  const managed = new Set([...text.matchAll(MANAGED)].map(([, key]) => key));
  const isManaged = ({ key }: ListedTable) => managed.has(key);
  if (tables === null || tables.filter(isManaged).some(hasOthersChain)) return null;
  return tables.filter((table) => !isManaged(table));
}

function hasOthersChain({ blocks }: ListedTable): boolean {
  return blocks.some(
    ({ name, lines }) =>
      lines.some((line) => /^type \w+ hook /.test(line)) && !XTABLES_CHAINS.has(name),
  );
}

function cutTables(text: string): readonly ListedTable[] | null {
  const tables: ListedTable[] = [];
  let table: { key: string; properties: string[]; blocks: ListedBlock[] } | null = null;
  let block: { kind: string; name: string; lines: string[] } | null = null;
  for (const line of text.split("\n")) {
    if (block !== null && table !== null) {
      if (line === "\t}") {
        table.blocks.push({ ...block, lines: wholeRules(block) });
        block = null;
      } else if (line !== "") block.lines.push(line.replace(/^\t\t/, "").replace(COUNT, ""));
    } else if (table !== null) {
      const [, kind, name] = BLOCK.exec(line) ?? [];
      if (line === "}") {
        tables.push(table);
        table = null;
      } else if (kind !== undefined && name !== undefined) block = { kind, name, lines: [] };
      else if (/^\t\S/.test(line)) table.properties.push(line.slice(1));
      else if (line !== "") return null;
    } else {
      const key = TABLE.exec(line)?.[1];
      if (key !== undefined) table = { key, properties: [], blocks: [] };
      else if (line.trim() !== "" && !line.startsWith("#")) return null;
    }
  }
  return table === null && block === null ? tables : null;
}

/** A rule with a chain without a name inside is one rule, of several lines. */
function wholeRules({ kind, lines }: ListedBlock): readonly string[] {
  if (kind !== "chain") return lines;
  const rules: string[] = [];
  let open: string | null = null;
  for (const line of lines) {
    const rule: string = open === null ? line : `${open}\n${line}`;
    const isEnd: boolean = open === null ? !OPENS.test(line) : /^\}/.test(line);
    if (isEnd) rules.push(rule);
    open = isEnd ? null : rule;
  }
  return open === null ? rules : [...rules, open];
}

/** A set without its elements, and those as nft takes them (`{ … }`); null: it has none. */
export interface ListedSet {
  readonly definition: readonly string[];
  readonly elements: string | null;
  /** Packets, or a clock, change what it holds. */
  readonly isLive: boolean;
}

export function readSet({ lines }: ListedBlock): ListedSet {
  const at = lines.findIndex((line) => line.startsWith("elements = "));
  const definition = at < 0 ? lines : lines.slice(0, at);
  const elements = at < 0 ? null : lines.slice(at).join(" ").replace("elements = ", "");
  const isLive = definition.some((line) => /^(timeout |flags .*\b(dynamic|timeout)\b)/.test(line));
  return { definition, elements, isLive };
}

/** The listing as it stays the same while packets and clocks change what live sets hold. */
export function withoutLiveElements(tables: readonly ListedTable[]): readonly ListedTable[] {
  return tables.map((table) => ({
    ...table,
    blocks: table.blocks.map((block) => {
      if (block.kind !== "set" && block.kind !== "map") return block;
      const { definition, isLive } = readSet(block);
      return isLive ? { ...block, lines: definition } : block;
    }),
  }));
}

/** With what live sets of `running` hold, where they are the same but for that: a load leaves it to them. */
export function withRunningElements(
  tables: readonly ListedTable[],
  running: readonly ListedTable[],
): readonly ListedTable[] {
  return tables.map((table) => {
    const known = running.find(({ key }) => key === table.key)?.blocks ?? [];
    const blocks = table.blocks.map((block) => held(block, known) ?? block);
    return { ...table, blocks };
  });
}

function held(block: ListedBlock, running: readonly ListedBlock[]): ListedBlock | null {
  if (block.kind !== "set" && block.kind !== "map") return null;
  const { definition, isLive } = readSet(block);
  const known = running.find(({ kind, name }) => kind === block.kind && name === block.name);
  if (!isLive || known === undefined) return null;
  return readSet(known).definition.join("\n") === definition.join("\n") ? known : null;
}
