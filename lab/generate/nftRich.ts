import type { Chance } from "../chance.ts";

/**
 * A ruleset at random, of the less usual parts of nftables: concatenations, maps with data, dynamic
 * sets, objects, bits, raw bytes, options, zones, equal priorities, dormant tables, deep jumps.
 */
export function randomRichNft(chance: Chance): string {
  const families = chance.pick(FAMILIES);
  return families.map((family, index) => table(chance, family, index)).join("\n");
}

type Family = "ip" | "ip6" | "inet";

const FAMILIES: readonly [readonly Family[], ...(readonly Family[])[]] = [
  ["ip"],
  ["ip", "inet"],
  ["inet", "ip6"],
  ["inet", "inet"],
];

interface Place {
  readonly chance: Chance;
  readonly family: Family;
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  /** Chains that a rule may go on to. */
  readonly below: readonly string[];
}

/** Most rules of a ruleset speak of one version and one protocol, else they are refused. */
interface Subject {
  readonly version: "ip" | "ip6";
  readonly protocol: "tcp" | "udp" | "icmp";
}

const PLACES: readonly (readonly [type: string, hook: string, priorities: readonly number[]])[] = [
  ["filter", "prerouting", [-450, -300, -150, 0]],
  ["filter", "input", [0]],
  ["filter", "forward", [0]],
  ["filter", "output", [-300, 0]],
  ["filter", "postrouting", [0, 150]],
  ["nat", "prerouting", [-100]],
  ["nat", "postrouting", [100]],
  ["nat", "output", [-100]],
  ["route", "output", [-150]],
];

const DEPTH = 5;

function table(chance: Chance, family: Family, index: number): string {
  const names = Array.from({ length: DEPTH }, (_, depth) => `d${depth}`);
  const plain = names.map((name, depth) => {
    const place = { chance, family, type: "filter", hook: "any", priority: 0 };
    return chain({ ...place, below: names.slice(depth + 1) }, name, "");
  });
  const bases = Array.from({ length: 3 + chance.below(4) }, (_, number) => {
    const [type, hook, priorities] = chance.pick(PLACES) ?? ["filter", "forward", [0]];
    const priority = chance.pick(priorities) ?? 0;
    const policy = type === "filter" && chance.once(5) ? "drop" : "accept";
    const head = `  type ${type} hook ${hook} priority ${priority}; policy ${policy};\n`;
    const below = type === "nat" ? [] : names;
    return chain({ chance, family, type, hook, priority, below }, `b${number}`, head);
  });
  const flags = chance.once(12) ? " flags dormant;\n" : "";
  const lines = [...objects(chance, family), ...plain, ...bases];
  return `table ${family} t${index} {\n${flags}${lines.join("\n")}\n}`;
}

function objects(chance: Chance, family: Family): readonly string[] {
  const version = family === "ip6" ? "ip6" : "ip";
  const type = version === "ip6" ? "ipv6_addr" : "ipv4_addr";
  const one = () => address(chance, version);
  const net = () => network(chance, version);
  const [a, b, c] = ports(chance);
  return [
    ` set wide { type ${type} . inet_service; flags interval; elements = { ${net()} . ${a}, ${one()} . ${b}-${b + 9} }; }`,
    ` set trio { typeof meta l4proto . th dport . iifname; elements = { tcp . ${a} . "eth0", udp . ${b} . "eth1" }; }`,
    ` set notthere { type ${type}; flags interval; elements = { *, ${one()} }; }`,
    ` set timed { type ${type}; flags timeout; timeout 1h; elements = { ${one()}, ${one().replace(/\d$/, "9")} timeout 2h }; }`,
    ` set counted { type inet_service; counter; elements = { ${a}, ${b} }; }`,
    ` set seen { type ${type} . inet_service; size 5000; flags dynamic,timeout; timeout 1h; }`,
    ` set slow { type ${type}; size 5000; flags dynamic; }`,
    ` map learned { type ${type} : mark; size 5000; flags dynamic,timeout; timeout 1h; }`,
    ` map leads { type ${type} . inet_service : verdict; flags interval; elements = { ${net()} . ${a} : jump d3, ${net()} . ${b} : accept, ${one()} . ${c} : goto d4 }; }`,
    ` map ways { type ifname . inet_proto : verdict; elements = { "eth0" . tcp : jump d2, "eth1" . udp : drop, "eth2" . icmp : return }; }`,
    ` map hosts { type inet_service : ${type}; elements = { ${a} : ${one()}, ${b} : ${one()} }; }`,
    ` map ends { type inet_service : ${type} . inet_service; elements = { ${a} : ${one()} . ${b}, ${c} : ${one()} . ${a} }; }`,
    ` map sources { type ${type} : ${type}; flags interval; elements = { ${net()} : ${one()} }; }`,
    ` map prios { type inet_service : mark; elements = { ${a} : 0x1, ${b} : 0x12, * : 0x30 }; }`,
    ` counter hits { packets 0 bytes 0; }`,
    ` limit few { rate 5/hour burst 3 packets; }`,
    ` quota much { over 100 kbytes; }`,
  ].map((line) => line.replaceAll("; }", ";\n }"));
}

function chain(place: Place, name: string, head: string): string {
  const rules = Array.from({ length: 1 + place.chance.below(4) }, () => `  ${rule(place)}`);
  return ` chain ${name} {\n${head}${rules.join("\n")}\n }`;
}

function rule(place: Place): string {
  const { chance, family } = place;
  const version = family === "inet" ? chance.pick(["ip", "ip6"] as const) : family;
  const protocol = chance.pick(["tcp", "tcp", "udp", "icmp"] as const);
  const subject = { version, protocol };
  const matches = Array.from({ length: chance.below(3) }, () => match(place, subject));
  const effects = chance.once(2) ? [effect(place, subject)] : [];
  return [...matches, ...effects, end(place, subject)].join(" ");
}

function match(place: Place, { version, protocol }: Subject): string {
  const { chance, family, hook } = place;
  const not = chance.once(4) ? "!= " : "";
  const own = version === (family === "ip6" ? "ip6" : "ip");
  const options = [...bits(chance), ...tracking(chance, version)];
  if (version === "ip") options.push(...matches4(chance, not));
  else options.push(...matches6(chance, not));
  if (protocol === "tcp") options.push(...tcp(chance, not));
  if (protocol === "udp")
    options.push(
      "udp checksum 0",
      `udp sport . udp dport ${not}{ 53 . ${port(chance)}, 1024-65535 . ${port(chance)} }`,
    );
  if (protocol === "icmp")
    options.push(
      ...(version === "ip"
        ? ["icmp id 1-1000", "icmp sequence 0", "icmp type . icmp code { echo-request . 0, 3 . 4 }"]
        : ["icmpv6 id 1-1000", "icmpv6 type { echo-request, packet-too-big }"]),
    );
  else options.push(`th dport ${not}${port(chance)}`, `${protocol} dport ${not}@counted`);
  if (own)
    options.push(
      `${version} saddr ${not}@notthere`,
      `${version} saddr ${not}@timed`,
      `${version} daddr ${not}@slow`,
    );
  if (own && protocol !== "icmp")
    options.push(
      `${version} saddr . ${protocol} dport ${not}@wide`,
      `${version} saddr . ${protocol} dport @seen`,
    );
  if (["prerouting", "input", "forward"].includes(hook))
    options.push(`fib saddr . iif oif ${chance.pick(["missing", "exists"] as const)}`);
  options.push(
    `meta l4proto . th dport . iifname ${not}@trio`,
    "numgen inc mod 2 0",
    "numgen random mod 4 < 2",
  );
  if (version === "ip") options.push("jhash ip saddr . ip daddr mod 4 seed 0x5 < 2");
  return chance.pick(options) ?? "counter";
}

function bits(chance: Chance): readonly string[] {
  const small = chance.below(16);
  return [
    `meta mark and 0xf0 == 0x${chance.below(4)}0`,
    `meta mark & 0x3 != ${chance.below(4)}`,
    `meta mark and 0x30 != { 0x10, 0x20 }`,
    `meta mark ${small}-${small + 20}`,
    `ct mark and 0x7 == ${chance.below(8)}`,
    `@nh,64,8 ${chance.pick(["64", "63", "17", "6"] as const)}`,
    `@th,0,16 ${chance.pick(["1024-65535", "!= 53", "& 0xff00 == 0x1f00"] as const)}`,
    `@th,16,16 { ${port(chance)}, 5001 }`,
    "@th,104,8 & 0x2 == 0x2",
    "@ll,0,48 0x1",
    "meta protocol ip",
    `meta l4proto ${chance.pick(["{ tcp, udp }", "!= icmp", "17", "{ icmp, ipv6-icmp }"] as const)}`,
    "meta iiftype != ether",
    "meta iifgroup default",
    "meta cpu 0-63",
    "meta skuid != 1000",
    "meta priority none",
  ];
}

function tracking(chance: Chance, version: "ip" | "ip6"): readonly string[] {
  return [
    `ct state ${chance.pick(["established,related", "& (established | related) != 0", "!= { new, untracked }", "! invalid"] as const)}`,
    `ct status ${chance.pick(["& (snat | dnat) == 0", "assured", "confirmed", "! seen-reply"] as const)}`,
    `ct original ${version} saddr ${network(chance, version)}`,
    `ct reply ${version} daddr != ${network(chance, version)}`,
    "ct direction original",
    `ct zone ${chance.below(2)}`,
    `ct l3proto ${version === "ip" ? "ipv4" : "ipv6"}`,
    "ct protocol tcp",
    `ct mark . meta mark { 0 . 0, 1 . 1 }`,
  ];
}

function matches4(chance: Chance, not: string): readonly string[] {
  return [
    `ip saddr & 255.255.0.0 ${chance.once(2) ? "==" : "!="} 10.${chance.below(3)}.0.0`,
    `ip daddr and 0.0.0.1 == 0.0.0.${chance.below(2)}`,
    "@nh,96,32 & 0xff000000 == 0x0a000000",
    `ip length ${not}40-100`,
    "ip hdrlength > 5",
    "ip option ra exists",
    "ip id 0-1000",
    "ip ecn not-ect",
    `ip protocol . ip saddr ${not}{ tcp . 10.0.0.0/8, udp . 10.1.0.0-10.1.1.255 }`,
    `ip saddr . ip daddr . meta mark { 10.0.0.0/8 . 10.0.0.0/8 . 0x0-0xf }`,
  ];
}

function matches6(chance: Chance, not: string): readonly string[] {
  return [
    `ip6 saddr & ffff:ffff:ffff:: ${chance.once(2) ? "==" : "!="} 2001:db8:${chance.below(3)}::`,
    `ip6 nexthdr ${not}${chance.pick(["tcp", "udp", "ipv6-icmp", "0"] as const)}`,
    "ip6 flowlabel 0",
    `ip6 length ${not}0-60`,
    "exthdr hbh exists",
    "exthdr dst missing",
    "frag more-fragments 1",
    "dst nexthdr udp",
    `ip6 saddr . ip6 daddr { 2001:db8::/32 . ${address(chance, "ip6")} }`,
  ];
}

function tcp(chance: Chance, not: string): readonly string[] {
  return [
    `tcp flags ${chance.pick(["syn / fin,syn,rst,ack", "{ syn, ack, fin | ack }", "!= syn / syn,ack", "& (syn | fin) != 0", "! syn"] as const)}`,
    "tcp option maxseg size 1000-1460",
    `tcp option ${chance.pick(["maxseg", "sack-perm", "timestamp", "window"] as const)} ${chance.pick(["exists", "missing"] as const)}`,
    "tcp window 0-1000",
    "tcp doff > 5",
    `tcp sport . tcp dport ${not}{ 1024-65535 . ${port(chance)} }`,
    `tcp dport & 0x1 == ${chance.below(2)}`,
  ];
}

function effect(
  { chance, family, hook, type, priority }: Place,
  { version, protocol }: Subject,
): string {
  const own = version === (family === "ip6" ? "ip6" : "ip");
  const options = [
    `meta mark set meta mark & 0xffffff0f | 0x${chance.below(4)}0`,
    "meta mark set meta mark xor 0x3",
    "meta mark set ct mark and 0x7",
    "ct mark set meta mark and 0xff or 0x4",
    "ct mark set ct mark | 0x2",
    "meta mark set numgen inc mod 3 map { 0 : 1, 1 : 2, 2 : 3 }",
    `meta mark set iifname map { "eth0" : 0x1, "eth1" : 0x12 }`,
    "limit name few",
    "quota name much",
    "limit rate over 20/minute burst 5 packets",
    "quota over 20 kbytes",
    "ct count over 3",
    "counter name hits",
    'log prefix "x " limit rate 1/hour',
  ];
  if (protocol !== "icmp") options.push(`meta mark set ${protocol} dport map @prios`);
  if (own)
    options.push(
      `update @slow { ${version} saddr limit rate over 3/minute }`,
      `update @learned { ${version} saddr timeout 30m : 0x11 }`,
      `meta mark set ${version} saddr map @learned`,
      `delete @slow { ${version} daddr }`,
    );
  if (own && protocol !== "icmp")
    options.push(
      `add @seen { ${version} saddr . ${protocol} dport timeout 10m }`,
      `add @seen { ${version} daddr . ${port(chance)} }`,
    );
  if (version === "ip" && type !== "nat")
    options.push("ip ecn set ce", "ip dscp set af11", "ip ttl set 20");
  if (protocol === "tcp" && type !== "nat") options.push("tcp option maxseg size set 1300");
  if (["prerouting", "output"].includes(hook) && type === "filter" && priority < -200)
    options.push(
      "notrack",
      "ct zone set 1",
      'ct zone set iifname map { "eth0" : 1, "eth1" : 0 }',
      "notrack",
    );
  return chance.pick(options) ?? "counter";
}

function end(place: Place, subject: Subject): string {
  const { chance, family, type, hook, below } = place;
  const { version, protocol } = subject;
  if (type === "nat") return translation(place, subject);
  const own = version === (family === "ip6" ? "ip6" : "ip");
  const options = ["accept", "drop", "counter", "return", "continue", "counter"];
  const target = chance.pick(below);
  if (target !== undefined) {
    options.push(
      `jump ${target}`,
      `jump ${target}`,
      `goto ${target}`,
      `meta mark vmap { 0x0 : jump ${target}, 0x1-0xf : return }`,
      `ct mark vmap { 0x0 : goto ${target}, * : continue }`,
    );
    if (below.length === DEPTH) {
      if (own && protocol !== "icmp")
        options.push(`${version} saddr . ${protocol} dport vmap @leads`);
      options.push("iifname . meta l4proto vmap @ways");
    }
  }
  if (["prerouting", "input", "forward", "output"].includes(hook)) {
    options.push(
      "reject",
      version === "ip" ? "reject with icmp host-prohibited" : "reject with icmpv6 policy-fail",
    );
    if (protocol === "tcp") options.push("meta l4proto tcp reject with tcp reset");
  }
  options.push(
    "ct state . ct direction vmap { new . original : continue, established . reply : accept }",
  );
  if (protocol === "icmp" && version === "ip")
    options.push("icmp type vmap { echo-request : drop, echo-reply : accept, 3 : return }");
  return chance.pick(options) ?? "accept";
}

function translation({ chance, family, hook }: Place, { version, protocol }: Subject): string {
  const own = version === (family === "ip6" ? "ip6" : "ip");
  const word = ` ${version}`;
  const host = address(chance, version);
  const options = [`${word.trim()} saddr ${network(chance, version)} accept`];
  const ported = protocol !== "icmp";
  const to = (text: string) => options.push(text, text);
  if (hook === "prerouting" || hook === "output") {
    to(`dnat${word} to ${host}`);
    if (own && ported) {
      to(`dnat${word} to ${protocol} dport map @hosts`);
      to(`dnat${word} addr . port to ${protocol} dport map @ends`);
    }
    if (ported) options.push(`${protocol} dport 1000-6000 redirect to :${port(chance)}`);
    if (version === "ip")
      options.push(
        "dnat ip to 10.7.0.1-10.7.0.4",
        "dnat ip prefix to 10.8.0.0/24",
        "dnat ip to numgen inc mod 2 map { 0 : 10.7.0.1, 1 : 10.7.0.2 }",
      );
  } else {
    options.push("masquerade");
    if (ported) options.push(`meta l4proto ${protocol} masquerade to :20000-30000 random`);
    if (own) to(`snat${word} to ${version} saddr map @sources`);
    if (version === "ip")
      options.push("snat ip to 10.6.0.1-10.6.0.4 persistent", "snat ip prefix to 10.5.0.0/16");
  }
  return chance.pick(options) ?? "accept";
}

const PORTS = [22, 53, 80, 443, 5001] as const;

function port(chance: Chance): number {
  return chance.pick(PORTS);
}

/** Three different ones. */
function ports(chance: Chance): readonly [number, number, number] {
  const first = chance.below(PORTS.length);
  const at = (step: number): number => PORTS[(first + step) % PORTS.length] ?? 22;
  return [at(0), at(1), at(2)];
}

function address(chance: Chance, version: "ip" | "ip6"): string {
  return version === "ip"
    ? `10.${chance.below(3)}.0.${1 + chance.below(4)}`
    : `2001:db8:${chance.below(3)}::${1 + chance.below(4)}`;
}

function network(chance: Chance, version: "ip" | "ip6"): string {
  return version === "ip"
    ? chance.pick(["10.0.0.0/8", "10.1.0.0/16", "10.0.0.2-10.0.1.3"] as const)
    : chance.pick(["2001:db8::/32", "2001:db8:1::/48", "2001:db8:2::1-2001:db8:2::9"] as const);
}
