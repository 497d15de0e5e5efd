/** A rule that turns packets away, or meets those that belong to no connection, with what it has counted. */
export interface CountedRule {
  /** The same for the same rule, as long as it stands there. */
  readonly key: string;
  /** `inet edge forward`. */
  readonly chain: string;
  /** As it stands, without what it has counted. */
  readonly text: string;
  readonly does: "drops" | "rejects" | "meets";
  readonly packets: number;
}

export interface CountedRules {
  readonly rules: readonly CountedRule[];
  /** Rules that turn packets away, and do not count them. */
  readonly uncounted: number;
}

/** Rules of one listing that are looked at. */
const MAXIMUM_RULES = 5_000;
/** Characters of a rule by which it is known. */
const MAXIMUM_TEXT = 1_000;

/** Reads `nft list ruleset`: what counts packets that are turned away. */
export function readCounters(listing: string): CountedRules {
  const named = new Map<string, number>();
  const found: Omit<CountedRule, "key">[] = [];
  let uncounted = 0;
  for (const { table, block, text } of statements(listing)) {
    const [, counter] = /^counter (\S+)$/.exec(block) ?? [];
    const [, packets] = /^packets (\d+) bytes \d+/.exec(text) ?? [];
    if (counter !== undefined && packets !== undefined)
      named.set(`${table} ${counter}`, Number(packets));
  }
  for (const { table, block, text } of statements(listing)) {
    const [, chain] = /^chain (\S+)$/.exec(block) ?? [];
    const does = chain === undefined ? null : whatItDoes(text);
    if (chain === undefined || does === null) continue;
    const packets = packetsOf(text, table, named);
    if (packets === null) uncounted++;
    else if (found.length < MAXIMUM_RULES)
      found.push({ chain: `${table} ${chain}`, text: bare(text), does, packets });
  }
  return { rules: withKeys(found), uncounted };
}

interface Statement {
  /** `inet edge`. */
  readonly table: string;
  /** `chain forward`; empty: of the table itself. */
  readonly block: string;
  readonly text: string;
}

/** Lines in the blocks that they stand in; nft breaks a long set over several. */
function* statements(listing: string): Generator<Statement> {
  let table = "";
  let block = "";
  let pending = "";
  for (const raw of listing.split("\n")) {
    const line = raw.trim();
    const [, opened] = /^table (\S+ \S+) \{/.exec(line) ?? [];
    const [, inner] = /^((?:chain|counter) \S+) \{$/.exec(line) ?? [];
    if (pending === "" && opened !== undefined) {
      table = opened;
      block = "";
    } else if (pending === "" && inner !== undefined) block = inner;
    else if (pending === "" && line === "}") block = "";
    else {
      const text = pending === "" ? line : `${pending} ${line}`;
      const isOpen = depth(text) > 0 && text.length < MAXIMUM_TEXT * 10;
      pending = isOpen ? text : "";
      if (!isOpen && block !== "" && text !== "") yield { table, block, text };
    }
  }
}

function depth(text: string): number {
  const outside = unquoted(text);
  return outside.split("{").length - outside.split("}").length;
}

function unquoted(text: string): string {
  return text.replace(/"[^"]*"/g, '""');
}

/** Null: it turns nothing away; a map that does so for some is no such rule. */
function whatItDoes(text: string): CountedRule["does"] | null {
  const words = unquoted(text).replace(/\{[^{}]*\}/g, "{}");
  if (/^(?:type|policy|comment|flags|devices?)\b/.test(words)) return null;
  if (/(?:^|\s)drop(?:\s|$)/.test(words)) return "drops";
  if (/(?:^|\s)reject(?:\s|$)/.test(words)) return "rejects";
  return /\bct state (?:[\w]+,)*invalid\b/.test(words) ? "meets" : null;
}

/** Null: it does not count. */
function packetsOf(text: string, table: string, named: ReadonlyMap<string, number>): number | null {
  const [, packets] = COUNTER.exec(text) ?? [];
  if (packets !== undefined) return Number(packets);
  const [, name] = /\bcounter name "?([^"\s]+)"?/.exec(text) ?? [];
  return name === undefined ? null : (named.get(`${table} ${name}`) ?? null);
}

const COUNTER = /\bcounter packets (\d+) bytes \d+/;

function bare(text: string): string {
  return text.replace(COUNTER, "counter").slice(0, MAXIMUM_TEXT);
}

/** The same rule may stand several times in a chain. */
function withKeys(rules: readonly Omit<CountedRule, "key">[]): readonly CountedRule[] {
  const times = new Map<string, number>();
  return rules.map((rule) => {
    const name = `${rule.chain}: ${rule.text}`;
    const before = times.get(name) ?? 0;
    times.set(name, before + 1);
    return { ...rule, key: before === 0 ? name : `${name} (${before + 1})` };
  });
}
