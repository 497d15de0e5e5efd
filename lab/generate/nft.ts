import type { Chance } from "../chance.ts";

/** A ruleset at random, of what nftables has; the text is what `nft -f` takes. */
export function randomNft(chance: Chance): string {
  const tables = Array.from({ length: 1 + chance.below(3) }, (_, index) => table(chance, index));
  return tables.join("\n");
}

const FAMILIES = ["ip", "ip6", "inet", "inet", "inet"] as const;
type Family = (typeof FAMILIES)[number];

interface Context {
  readonly chance: Chance;
  readonly family: Family;
  /** Chains that a rule may jump to. */
  readonly chains: readonly string[];
  readonly hook: string;
  readonly type: string;
}

function table(chance: Chance, index: number): string {
  const family = chance.pick(FAMILIES);
  const chains = Array.from({ length: chance.below(4) }, (_, number) => `c${number}`);
  const plain = chains.map((name, number) => {
    const context = {
      chance,
      family,
      chains: chains.slice(number + 1),
      hook: "any",
      type: "filter",
    };
    return chain(context, name, "");
  });
  const bases = Array.from({ length: 2 + chance.below(4) }, (_, number) =>
    baseChain({ chance, family, chains }, `b${number}`),
  );
  const lines = [...objects(chance, family), ...[...plain].reverse(), ...bases];
  return `table ${family} t${index} {\n${lines.join("\n")}\n}`;
}

function objects(chance: Chance, family: Family): readonly string[] {
  const four = family !== "ip6";
  const address = four ? "ipv4_addr" : "ipv6_addr";
  const network = () => (four ? network4(chance) : network6(chance));
  const single = () => (four ? address4(chance) : address6(chance));
  const ports = [...new Set([port(chance), port(chance), port(chance)])];
  return [
    ` set nets { type ${address}; flags interval; auto-merge; elements = { ${network()}, ${network()} }; }`,
    ` set hosts { type ${address}; elements = { ${single()} }; }`,
    ` set ports { type inet_service; flags interval; elements = { ${ports[0]}, 7000-7010 }; }`,
    ` set pairs { type ${address} . inet_service; elements = { ${single()} . ${port(chance)} }; }`,
    ` set ifs { type ifname; elements = { "eth0", "eth2" }; }`,
    ` set seen { type ${address}; size 1000; flags dynamic; }`,
    ` set once { type ${address} . inet_service; size 1000; flags dynamic,timeout; timeout 1h; }`,
    ` map marks { type inet_service : mark; elements = { ${ports.map((one, i) => `${one} : ${i + 1}`).join(", ")} }; }`,
    ` map targets { type inet_service : ${address}; elements = { ${ports.map((one) => `${one} : ${single()}`).join(", ")} }; }`,
    ` map verdicts { type inet_service : verdict; elements = { ${ports[0]} : accept, ${ports.at(-1) === ports[0] ? 7777 : ports.at(-1)} : drop }; }`,
  ];
}

const PLACES: readonly (readonly [type: string, hook: string, priorities: readonly number[]])[] = [
  ["filter", "prerouting", [-450, -350, -300, -200, -150, -50, 0]],
  ["filter", "input", [-10, 0, 0, 10, 150]],
  ["filter", "forward", [-10, 0, 0, 0, 10]],
  ["filter", "output", [-350, -150, 0, 0, 10]],
  ["filter", "postrouting", [-150, 0, 150]],
  ["nat", "prerouting", [-100, -90]],
  ["nat", "postrouting", [100, 110]],
  ["nat", "output", [-100]],
  ["nat", "input", [100]],
  ["route", "output", [-150, 0]],
];

function baseChain(
  { chance, family, chains }: Pick<Context, "chance" | "family" | "chains">,
  name: string,
): string {
  const [type, hook, priorities] = chance.pick(PLACES) ?? ["filter", "input", [0]];
  const priority = chance.pick(priorities) ?? 0;
  const policy = type === "filter" && chance.once(4) ? "drop" : "accept";
  const head = `  type ${type} hook ${hook} priority ${priority}; policy ${policy};\n`;
  const usable = type === "nat" ? [] : chains;
  return chain({ chance, family, chains: usable, hook, type }, name, head);
}

function chain(context: Context, name: string, head: string): string {
  const rules = Array.from({ length: 1 + context.chance.below(6) }, () => `  ${rule(context)}`);
  return ` chain ${name} {\n${head}${rules.join("\n")}\n }`;
}

/** What the rule has settled on: matches of another family or protocol are refused with it. */
interface Choice {
  readonly version: "ip" | "ip6" | null;
  readonly protocol: "tcp" | "udp" | "icmp" | null;
}

function rule(context: Context): string {
  const { chance, family } = context;
  const version = family === "inet" ? chance.pick(["ip", "ip6", null] as const) : family;
  const protocol = chance.pick(["tcp", "tcp", "udp", "icmp", null] as const);
  const choice = { version, protocol };
  const matches = Array.from({ length: chance.below(4) }, () => match(context, choice));
  const side = chance.once(4) ? [effect(context, choice)] : [];
  return [...matches, ...side, verdict(context, choice)].join(" ");
}

function verdict(context: Context, choice: Choice): string {
  const { chance, chains, type, hook } = context;
  if (type === "nat") return natVerdict(context, choice);
  const { protocol } = choice;
  const jump = chance.pick(chains);
  const options = ["accept", "drop", "counter", "counter", "return", "continue"];
  if (jump !== undefined) options.push(`jump ${jump}`, `jump ${jump}`, `goto ${jump}`);
  if (["input", "forward", "output", "prerouting"].includes(hook)) {
    options.push("reject");
    if (context.family === "inet") options.push("reject with icmpx admin-prohibited");
    if (protocol === "tcp") options.push("reject with tcp reset");
  }
  if (protocol === "tcp") options.push("tcp dport vmap @verdicts");
  if (protocol === "udp") options.push("udp dport vmap { 53 : accept, 54-60 : drop }");
  options.push("ct state vmap { established : accept, new : continue, invalid : drop }");
  options.push(`iifname vmap { "eth0" : accept, "eth1" : return }`);
  return chance.pick(options) ?? "accept";
}

function natVerdict({ chance, family, hook }: Context, { version, protocol }: Choice): string {
  const four = version === "ip" || (version === null && chance.once(2));
  const word = family === "inet" ? (four ? " ip" : " ip6") : "";
  const host = four ? address4(chance) : address6(chance);
  const end = four ? host : `[${host}]`;
  const ported = protocol === "tcp" || protocol === "udp";
  const options = ["accept"];
  if (hook === "prerouting" || hook === "output") {
    options.push(`dnat${word} to ${host}`, `dnat${word} to ${host}`);
    if (ported)
      options.push(`${protocol} dport ${port(chance)} dnat${word} to ${end}:${port(chance)}`);
    if (ported) options.push(`${protocol} dport ${port(chance)} redirect to :${port(chance)}`);
  } else {
    options.push(`snat${word} to ${host}`);
    if (hook === "postrouting") options.push("masquerade", "masquerade");
    if (ported) options.push(`${protocol} dport ${port(chance)} snat${word} to ${end}:5000-5100`);
  }
  return chance.pick(options) ?? "accept";
}

function effect({ chance, family, hook, type }: Context, { version, protocol }: Choice): string {
  const name = family === "ip6" ? "ip6" : "ip";
  const options = [
    `meta mark set ${chance.below(16)}`,
    "meta mark set meta mark or 0x10",
    "ct mark set meta mark",
    "meta mark set ct mark",
    `ct mark set ${chance.below(8)}`,
    "meta priority set 1:2",
    "limit rate 5/hour burst 3 packets",
    "counter",
  ];
  if (version === name) {
    options.push(`add @seen { ${name} saddr }`, `${name} dscp set cs${chance.below(8)}`);
    options.push(name === "ip6" ? "ip6 hoplimit set 33" : "ip ttl set 33");
    if (protocol === "tcp") options.push(`update @once { ${name} saddr . tcp dport }`);
  }
  if (protocol === "tcp") options.push("meta mark set tcp dport map @marks");
  if (["prerouting", "output"].includes(hook) && type === "filter") options.push("notrack");
  return chance.pick(options) ?? "counter";
}

function match(context: Context, { version, protocol }: Choice): string {
  const { chance, family } = context;
  const not = chance.once(4) ? "!= " : "";
  const options = [...generalMatches(chance, not)];
  if (family === "inet" && version === null) options.push("meta nfproto ipv4");
  if (protocol === "tcp") options.push(...tcpMatches(chance, not));
  if (protocol === "udp")
    options.push(`udp dport ${not}{ ${port(chance)}, 5000-5004 }`, `udp length ${not}8-30`);
  if (protocol === "icmp" && version === "ip")
    options.push(`icmp type ${not}{ echo-request, destination-unreachable }`, "icmp code 0");
  if (protocol === "icmp" && version === "ip6") options.push("icmpv6 type echo-request");
  if (version === "ip") options.push(...matches4(chance, not));
  if (version === "ip6") options.push(...matches6(chance, not));
  const own = family === "ip6" ? "ip6" : "ip";
  if (version === own)
    options.push(`${own} saddr ${not}@nets`, `${own} daddr @hosts`, `${own} saddr @seen`);
  if (version === own && protocol === "tcp") options.push(`${own} daddr . tcp dport @pairs`);
  return chance.pick(options) ?? "counter";
}

function generalMatches(chance: Chance, not: string): readonly string[] {
  return [
    `iifname ${not}"eth${chance.below(3)}"`,
    `oifname ${not}"eth*"`,
    `iifname ${not}@ifs`,
    `ct state ${chance.pick(["new", "established,related", "invalid", "!= new", "untracked"] as const)}`,
    `ct status ${chance.pick(["dnat", "snat", "seen-reply", "!= dnat"] as const)}`,
    `ct direction ${chance.pick(["original", "reply"] as const)}`,
    `ct mark ${not}${chance.below(4)}`,
    `meta mark ${not}${chance.below(4)}`,
    `meta mark and 0x3 ${chance.once(2) ? "==" : "!="} ${chance.below(4)}`,
    `meta length ${not}${40 + chance.below(60)}-${120 + chance.below(900)}`,
    `fib daddr type ${chance.pick(["local", "unicast", "{ broadcast, multicast }"] as const)}`,
    "meta skuid 0",
    `meta pkttype ${chance.pick(["host", "broadcast"] as const)}`,
  ];
}

function tcpMatches(chance: Chance, not: string): readonly string[] {
  return [
    `tcp dport ${not}${port(chance)}`,
    "tcp dport @ports",
    `tcp sport ${not}1024-65535`,
    `tcp flags ${chance.pick(["syn", "& (syn | ack) == syn", "& (fin | syn | rst | ack) == ack", "!= syn"] as const)}`,
    `@th,16,16 ${port(chance)}`,
  ];
}

function matches4(chance: Chance, not: string): readonly string[] {
  return [
    `ip saddr ${not}${network4(chance)}`,
    `ip daddr ${not}${address4(chance)}`,
    `ip dscp ${not}cs${chance.below(3)}`,
    `ip ttl ${not}${60 + chance.below(6)}`,
    "ip frag-off & 0x1fff != 0",
    `ip saddr . ip daddr ${not}{ 10.0.0.1 . 10.0.0.2, 10.1.0.0/16 . 10.2.0.0-10.2.1.4 }`,
  ];
}

function matches6(chance: Chance, not: string): readonly string[] {
  return [
    `ip6 saddr ${not}${network6(chance)}`,
    `ip6 daddr ${not}${address6(chance)}`,
    `ip6 dscp ${not}cs${chance.below(3)}`,
    `ip6 hoplimit ${not}${60 + chance.below(6)}`,
    "exthdr dst exists",
    "exthdr frag missing",
  ];
}

function port(chance: Chance): number {
  return chance.pick([22, 25, 53, 80, 443, 5001, 6005, 8080] as const);
}

function address4(chance: Chance): string {
  return `10.${chance.below(3)}.${chance.below(2)}.${1 + chance.below(4)}`;
}

function network4(chance: Chance): string {
  return chance.pick([
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.2.1.0/30",
    "10.0.0.2-10.0.1.3",
    "203.0.113.0/24",
  ] as const);
}

function address6(chance: Chance): string {
  return `2001:db8:${chance.below(3)}::${1 + chance.below(4)}`;
}

function network6(chance: Chance): string {
  return chance.pick([
    "2001:db8::/32",
    "2001:db8:1::/48",
    "2001:db8:2::1-2001:db8:2::3",
    "fe80::/10",
  ] as const);
}
