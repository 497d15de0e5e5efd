import type { Chance } from "../../../lab/chance.ts";
import type { Line, LinedRuleset } from "./lines.ts";

/* Many small rules as iptables-save writes them, of few addresses and ports, some of which remember. */

const PORTS = ["25", "26", "80", "90", "443", "25:80", "1:24"] as const;
const FOURS = [
  ...["10.0.0.1/32", "10.0.0.4/32", "10.0.0.5/32", "10.0.0.9/32", "10.0.0.4/31", "10.0.0.0/29"],
  ...["10.0.0.8/29", "128.0.0.0/1"],
];
const SIXES = ["fd00::1/128", "fd00::4/128", "fd00::4/127", "fd00::8/125", "fd00::9/128"];
const DEVICES = ["lan", "wan", "wan+", "wan1"] as const;

/** Rules of a chain at most. */
const MAXIMUM_RULES = 7;
const OWN_CHAINS = ["one", "two"];

/** The filter table, and now and then those in front of it. */
export function linedIptables(chance: Chance): LinedRuleset {
  const isSix = chance.once(4);
  const lines: Line[] = [];
  const names = ["raw", "mangle", "nat"].filter(() => chance.once(3));
  for (const name of [...names, "filter"]) lines.push(...table(chance, name, isSix));
  return {
    lines,
    ruleFor: (chain, chance) => rule(chance, chain, isSix),
  };
}

const CHAINS: Readonly<Record<string, readonly string[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "FORWARD", "POSTROUTING"],
  nat: ["PREROUTING", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
};

function table(chance: Chance, name: string, isSix: boolean): readonly Line[] {
  const bases = CHAINS[name] ?? [];
  const policy = () => (name === "filter" && chance.once(3) ? "DROP" : "ACCEPT");
  const heads = [
    `*${name}`,
    ...bases.map((chain) => `:${chain} ${policy()} [0:0]`),
    ...OWN_CHAINS.map((chain) => `:${chain} - [0:0]`),
  ];
  const rules = [...bases, ...OWN_CHAINS].flatMap((chain) => {
    const key = `${name} ${chain}`;
    const length = 1 + chance.below(name === "filter" ? MAXIMUM_RULES : 3);
    return Array.from({ length }, () => ({ text: rule(chance, key, isSix), chain: key }));
  });
  const fixed = (text: string): Line => ({ text, chain: null });
  return [...heads.map(fixed), ...rules, fixed("COMMIT")];
}

function rule(chance: Chance, key: string, isSix: boolean): string {
  const [table = "filter", chain = "FORWARD"] = key.split(" ");
  const protocol = chance.pick(["tcp", "tcp", "udp", "icmp", ""] as const);
  const words = [`-A ${chain}`];
  const address = () => chance.pick(isSix ? SIXES : FOURS);
  if (chance.once(3)) words.push(`${not(chance)}-s ${address()}`);
  if (chance.once(3)) words.push(`${not(chance)}-d ${address()}`);
  if (chance.once(4)) words.push(device(chance, chain));
  if (protocol !== "") words.push(`-p ${protocol === "icmp" && isSix ? "ipv6-icmp" : protocol}`);
  if (protocol === "tcp" || protocol === "udp") words.push(ports(chance, protocol));
  if (protocol === "icmp" && !isSix && chance.once(2)) words.push("-m icmp --icmp-type 8");
  if (chance.once(4)) words.push(odd(chance, isSix, protocol));
  words.push(target(chance, table, chain, protocol, isSix));
  return words.filter((word) => word !== "").join(" ");
}

function not(chance: Chance): string {
  return chance.once(6) ? "! " : "";
}

function device(chance: Chance, chain: string): string {
  const isOut = /OUTPUT|POSTROUTING/.test(chain) || (chain === "FORWARD" && chance.once(2));
  return `${not(chance)}${isOut ? "-o" : "-i"} ${chance.pick(DEVICES)}`;
}

function ports(chance: Chance, protocol: string): string {
  const port = () => chance.pick(PORTS);
  return (
    chance.pick([
      `-m ${protocol} --dport ${port()}`,
      `-m ${protocol} --dport ${port()}`,
      `-m ${protocol} ! --dport ${port()}`,
      `-m ${protocol} --sport ${port()}`,
      "-m multiport --dports 25,80:90",
      "-m multiport ! --ports 25,26",
      "",
    ]) ?? ""
  );
}

function odd(chance: Chance, isSix: boolean, protocol: string): string {
  const options = [
    ...[
      "-m conntrack --ctstate NEW",
      "-m conntrack --ctstate RELATED,ESTABLISHED",
      "-m state --state INVALID",
    ],
    ...[
      "-m mark --mark 0x1/0x3",
      "-m connmark --mark 1",
      "-m conntrack --ctdir REPLY",
      "-m conntrack --ctstate DNAT",
    ],
    ...[
      "-m limit --limit 1/sec",
      "-m limit --limit 3/min --limit-burst 2",
      "-m connlimit --connlimit-above 3",
    ],
    ...["-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-name h"],
    ...["-m hashlimit --hashlimit-above 9/sec --hashlimit-mode dstip --hashlimit-name g"],
    ...[
      "-m recent --name r --set",
      "-m recent --name r --rcheck --seconds 60",
      "-m recent --name r --update --hitcount 3",
    ],
    ...[
      "-m statistic --mode nth --every 2 --packet 0",
      "-m statistic --mode random --probability 0.5",
    ],
    ...[
      "-m length --length 40:100",
      "-m addrtype --dst-type LOCAL",
      "-m comment --comment why",
      "-m quota --quota 1000",
    ],
    ...[
      "-m connbytes --connbytes 1000: --connbytes-dir both --connbytes-mode bytes",
      "-m physdev --physdev-in lan",
    ],
    ...["-m time --timestart 08:00 --timestop 18:00", "-m dscp --dscp 3", "-m helper --helper ftp"],
    ...["-m string --algo bm --string x", "-m socket --transparent"],
  ];
  if (!isSix) options.push("-m iprange --src-range 10.0.0.2-10.0.0.4", "-m ttl --ttl-lt 5", "-f");
  if (protocol === "tcp")
    options.push("-m tcp --syn", "-m tcp --tcp-flags SYN,ACK SYN", "-m tcpmss --mss 1000:1400");
  return chance.pick(options) ?? "";
}

function target(
  chance: Chance,
  table: string,
  chain: string,
  protocol: string,
  isSix: boolean,
): string {
  const isOwn = OWN_CHAINS.includes(chain);
  if (table === "nat") return translation(chance, chain, protocol, isSix);
  const options = ["-j ACCEPT", "-j ACCEPT", "-j DROP", "-j DROP", "-j RETURN", ""];
  if (!isOwn) options.push("-j one", "-g one", "-j two");
  if (chain === "one") options.push("-j two", "-g two");
  if (table === "filter") {
    options.push("-j REJECT", "-j LOG");
    if (protocol === "tcp") options.push("-j REJECT --reject-with tcp-reset");
    if (chance.once(10))
      options.push(
        "-j NFQUEUE --queue-num 1",
        "-j CONNMARK --set-xmark 0x1",
        "-j MARK --set-xmark 0x1",
      );
  }
  if (table === "mangle")
    options.push(
      "-j MARK --set-xmark 0x1/0x3",
      "-j CONNMARK --restore-mark",
      "-j CONNMARK --save-mark",
      "-j DSCP --set-dscp 2",
    );
  if (table === "raw") options.push("-j CT --notrack", "-j CT --helper ftp");
  return chance.pick(options) ?? "";
}

function translation(chance: Chance, chain: string, protocol: string, isSix: boolean): string {
  const host = isSix ? `fd00::${1 + chance.below(9)}` : `10.0.0.${chance.below(10)}`;
  const isPorted = protocol === "tcp" || protocol === "udp";
  if (chain === "PREROUTING") {
    const options = [`-j DNAT --to-destination ${host}`, "-j ACCEPT", "-j one"];
    if (isPorted)
      options.push(
        `-j DNAT --to-destination ${isSix ? `[${host}]` : host}:26`,
        "-j REDIRECT --to-ports 80",
      );
    return chance.pick(options) ?? "";
  }
  if (chain === "POSTROUTING")
    return (
      chance.pick([`-j SNAT --to-source ${host}`, "-j MASQUERADE", "-j ACCEPT", "-j two"]) ?? ""
    );
  return chance.pick(["-j ACCEPT", "-j RETURN", ""]) ?? "";
}
