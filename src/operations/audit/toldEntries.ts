/** One link, address or route, by the names that `ip -j` gives. */
type Entry = Readonly<Record<string, unknown>>;

/** What of a link is told: that it goes up and down, not how its queue is called. */
const LINK_KEYS = ["flags", "mtu", "operstate", "master", "ifindex", "address"];

/** Links, addresses and routes as lines of their own: `routes: default gateway 10.0.0.1 dev eth0`. */
export function entryLines(part: string, text: string): readonly string[] {
  const entries = entriesOf(text);
  switch (part) {
    case "links":
      return entries.map((entry) => `links: ${nameOf(entry)} ${wordsOf(pick(entry, LINK_KEYS))}`);
    case "addresses":
      return entries.flatMap((entry) =>
        listOf(entry["addr_info"]).map(
          (address) => `addresses: ${nameOf(entry)} ${addressWords(address)}`,
        ),
      );
    case "routing rules":
      return entries.map((entry) => `routing rules: ${wordsOf(entry)}`);
    default:
      return entries.map(({ dst, ...rest }) => `routes: ${String(dst)} ${wordsOf(rest)}`);
  }
}

function entriesOf(text: string): readonly Entry[] {
  try {
    return listOf(JSON.parse(text));
  } catch {
    /* What is no list of entries has no lines; that it differs is known by its hash. */
    return [];
  }
}

function listOf(value: unknown): readonly Entry[] {
  return Array.isArray(value) ? value.filter(isEntry) : [];
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf({ ifname }: Entry): string {
  return String(ifname);
}

function addressWords({ local, prefixlen, family: _, label: __, ...rest }: Entry): string {
  return [`${String(local)}/${String(prefixlen)}`, wordsOf(rest)]
    .filter((word) => word !== "")
    .join(" ");
}

function pick(entry: Entry, keys: readonly string[]): Entry {
  return Object.fromEntries(keys.flatMap((key) => (key in entry ? [[key, entry[key]]] : [])));
}

/** Keys with their values; a flag is its name alone. */
function wordsOf(entry: Entry): string {
  return Object.entries(entry)
    .flatMap(([key, value]) => {
      if (value === true) return [key];
      if (Array.isArray(value))
        return value.length === 0 ? [] : [`${key} ${value.map(valueText).join(",")}`];
      return [`${key} ${valueText(value)}`];
    })
    .join(" ");
}

function valueText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
