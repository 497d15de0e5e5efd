import type { Chance } from "../../../lab/chance.ts";
import type { Line, LinedRuleset } from "./lines.ts";
import { effect, matches, PORTS, verdict } from "./nftWords.ts";

/*
 * Many small rules of nft, of few addresses and ports: most have nothing to do with an edit, some remember,
 * some write, some translate, and chains are shared by several hooks.
 */

const FAMILIES = ["inet", "inet", "inet", "ip", "ip6"] as const;
type Family = (typeof FAMILIES)[number];

interface Base {
  readonly type: "filter" | "nat" | "route";
  readonly hook: string;
  readonly priority: number;
}

const BASES: readonly Base[] = [
  { type: "filter", hook: "prerouting", priority: -300 },
  { type: "filter", hook: "prerouting", priority: -150 },
  { type: "filter", hook: "forward", priority: 0 },
  { type: "filter", hook: "forward", priority: 0 },
  { type: "filter", hook: "forward", priority: 10 },
  { type: "filter", hook: "input", priority: 0 },
  { type: "filter", hook: "output", priority: 0 },
  { type: "filter", hook: "postrouting", priority: 0 },
  { type: "nat", hook: "prerouting", priority: -100 },
  { type: "nat", hook: "postrouting", priority: 100 },
  { type: "route", hook: "output", priority: -150 },
];

/** Rules of a chain at most. */
const MAXIMUM_RULES = 7;

/** Some tables; the first has a chain in the forward hook. */
export function linedNft(chance: Chance): LinedRuleset {
  const places = new Map<string, Place>();
  const count = 1 + chance.below(2) + (chance.once(4) ? 1 : 0);
  const lines = Array.from({ length: count }, (_, index) =>
    table(chance, `t${index}`, index === 0, places),
  ).flat();
  const unseen = chance.once(5) ? bridge(chance) : [];
  return {
    lines: [...lines, ...unseen],
    ruleFor: (chain, chance) => {
      const place = places.get(chain);
      return place === undefined ? "\t\tcounter" : `\t\t${rule(chance, place)}`;
    },
  };
}

interface Place {
  readonly family: Family;
  readonly base: Base | null;
  /** Chains to which rules may jump. */
  readonly below: readonly string[];
  /** How often rules do something else than decide, once in so many. */
  readonly effects: number;
}

function table(
  chance: Chance,
  name: string,
  isFirst: boolean,
  places: Map<string, Place>,
): readonly Line[] {
  const family = isFirst ? chance.pick(["inet", "inet", "ip"] as const) : chance.pick(FAMILIES);
  const names = ["one", "two", "three"].slice(0, 1 + chance.below(3));
  const effects = chance.pick([2, 6, 1000] as const);
  const lines: Line[] = [fixed(`table ${family} ${name} {`), ...objects(chance, family).map(fixed)];
  const addChain = (chain: string, base: Base | null, below: readonly string[]) => {
    const key = `${name} ${chain}`;
    const place = { family, base, below, effects };
    places.set(key, place);
    lines.push(fixed(`\tchain ${chain} {`));
    if (base !== null) lines.push(fixed(headOf(chance, base)));
    const length = 1 + chance.below(MAXIMUM_RULES);
    for (let i = 0; i < length; i++) lines.push({ text: `\t\t${rule(chance, place)}`, chain: key });
    lines.push(fixed("\t}"));
  };
  for (const [i, chain] of names.entries()) addChain(chain, null, names.slice(i + 1));
  const bases = Array.from({ length: 1 + chance.below(3) }, () => chance.pick(BASES) ?? FORWARD);
  const all = isFirst ? [FORWARD, ...bases] : bases;
  for (const [i, base] of all.entries())
    addChain(`base${i}`, base, base.type === "nat" ? [] : names);
  return [...lines, fixed("}")];
}

const FORWARD: Base = { type: "filter", hook: "forward", priority: 0 };

function headOf(chance: Chance, { type, hook, priority }: Base): string {
  const policy = type === "filter" && chance.once(3) ? "drop" : "accept";
  return `\t\ttype ${type} hook ${hook} priority ${priority}; policy ${policy};`;
}

function fixed(text: string): Line {
  return { text, chain: null };
}

function objects(chance: Chance, family: Family): readonly string[] {
  const isSix = family === "ip6";
  const type = isSix ? "ipv6_addr" : "ipv4_addr";
  const host = (last: number) => (isSix ? `fd00::${last}` : `10.0.0.${last}`);
  const net = isSix ? "fd00::8/125" : "10.0.0.8/29";
  const port = () => chance.pick(PORTS);
  return [
    `\tset hosts { type ${type}; elements = { ${host(1)}, ${host(4 + chance.below(6))} }; }`,
    `\tset nets { type ${type}; flags interval; elements = { ${net}, ${host(1)}-${host(2)} }; }`,
    `\tset but { type ${type}; flags interval; elements = { *, ${host(1)} }; }`,
    `\tset ports { type inet_service; flags interval; elements = { ${port()}, 91-${91 + chance.below(9)} }; }`,
    `\tset pairs { type ${type} . inet_service; flags interval; elements = { ${host(1)} . 25, ${net} . 80-90 }; }`,
    `\tset timed { type ${type}; flags timeout; elements = { ${host(1)} timeout 1h, ${host(9)} }; }`,
    `\tset slow { type ${type}; elements = { ${host(1)} limit rate 1/second, ${host(5)} limit rate 2/second }; limit rate 1/second; }`,
    `\tset seen { type ${type}; size 1000; flags dynamic,timeout; timeout 1h; }`,
    `\tset knocked { type ${type} . inet_service; size 1000; flags dynamic; }`,
    `\tset ways { type ifname; elements = { "lan", "wan" }; }`,
    `\tmap ends { type inet_service : verdict; flags interval; elements = { 25 : drop, 80-90 : jump one }; }`,
    `\tmap froms { type ${type} : verdict; elements = { ${host(1)} : accept, ${host(5)} : goto one }; }`,
    `\tmap marks { type inet_service : mark; elements = { 25 : 1, 80 : 2 }; }`,
    `\tmap targets { type inet_service : ${type}; elements = { 25 : ${host(9)}, 80 : ${host(4)} }; }`,
    `\tlimit few { rate ${1 + chance.below(3)}/second; }`,
    `\tquota much { over 1000 bytes; }`,
    `\tcounter hits { packets 0 bytes 0; }`,
    `\tct helper ftp { type "ftp" protocol tcp; }`,
  ].flatMap((line) => line.replace(/; \}$/, ";\n\t}").split("\n"));
}

function rule(chance: Chance, { family, base, below, effects }: Place): string {
  const version = family === "inet" ? chance.pick(["ip", "ip", "ip", "ip6"] as const) : family;
  const protocol = chance.pick(["tcp", "tcp", "udp", "icmp"] as const);
  const subject = { family, version, protocol, hook: base?.hook ?? "any" };
  const words = matches(chance, subject);
  if (base?.type === "nat") return [...words, translation(chance, subject)].join(" ");
  if (chance.once(effects)) words.push(effect(chance, subject));
  return [...words, verdict(chance, subject, below)].join(" ");
}

function translation(
  chance: Chance,
  {
    version,
    protocol,
    hook,
  }: { readonly version: "ip" | "ip6"; readonly protocol: string; readonly hook: string },
): string {
  const host = version === "ip" ? `10.0.0.${chance.below(10)}` : `fd00::${1 + chance.below(9)}`;
  const end = version === "ip" ? host : `[${host}]`;
  const isPorted = protocol === "tcp" || protocol === "udp";
  const own = [`dnat ${version} to ${host}`, `dnat ${version} to ${host}`, "accept"];
  if (isPorted)
    own.push(
      `${protocol} dport ${chance.pick(PORTS)} dnat ${version} to ${end}:${chance.pick(PORTS)}`,
      `${protocol} dport ${chance.pick(PORTS)} redirect to :${chance.pick(PORTS)}`,
      `dnat ${version} to ${protocol} dport map @targets`,
    );
  const back = [`snat ${version} to ${host}`, "masquerade", "accept"];
  return chance.pick(hook === "prerouting" ? own : back) ?? "accept";
}

/** What no path of IP shows: it has to be the same on both sides, else it is told. */
function bridge(chance: Chance): readonly Line[] {
  const port = chance.pick(PORTS);
  return [
    "table bridge b {",
    "\tchain c {",
    "\t\ttype filter hook forward priority 0; policy accept;",
    `\t\ttcp dport ${port} drop`,
    "\t}",
    "}",
  ].map((text) => ({ text, chain: /dport/.test(text) ? "bridge" : null }));
}
