import type { LintCode } from "./codes.ts";
import { chain, inputExample, inputWith, LIFELINES, table } from "./exampleRulesets.ts";

const INPUT = "type filter hook input priority 0; policy drop;";
const [LOOPBACK = "", ANSWERS = "", NEIGHBOURS = ""] = LIFELINES;

/** Codes of findings about chains, and about what chains do to each other. */
export const CHAIN_CODES: Readonly<Record<string, LintCode>> = {
  PM6005: {
    title: "unreachable chain",
    explanation: "No rule that packets come to jumps to this chain, so its rules do nothing.",
    example: table(
      chain("in", INPUT, [...LIFELINES, "tcp dport 22 accept"]),
      chain("mail", "", ["tcp dport 25 accept"]),
    ),
    corrected: table(
      chain("in", INPUT, [...LIFELINES, "tcp dport 22 accept", "jump mail"]),
      chain("mail", "", ["tcp dport 25 accept"]),
    ),
  },
  PM6006: {
    title: "a rule that accepts everything",
    explanation:
      "The chain has the policy drop, but one of its rules accepts every packet that comes to it. Often a condition was lost on the way.",
    example: inputWith("drop", ["tcp dport 23 drop", "accept"]),
    corrected: inputExample("tcp dport 23 drop", 'iifname "eth1" accept'),
  },
  PM6007: {
    title: "accepting policy",
    explanation:
      "Packets that no rule names are accepted, and no later chain of the hook drops them. It is a warning where rules accept by name: they look as if they opened something, and change nothing.",
    example: inputWith("accept", ["tcp dport 23 drop"]),
    corrected: inputExample("tcp dport 25 accept"),
  },
  PM6008: {
    title: "answers are dropped",
    explanation:
      "The chain keeps strangers out, and has no rule for packets of connections that are open already: the first packet goes out, and its answer is dropped. Accept `ct state established,related` first.",
    example: inputWith("drop", [
      LOOPBACK,
      "meta l4proto { icmp, icmpv6 } accept",
      "ct state new tcp dport 25 accept",
    ]),
    corrected: inputExample("ct state new tcp dport 25 accept"),
  },
  PM6009: {
    title: "established behind a drop",
    explanation:
      "A rule in front of `ct state established` drops by port alone. Answers to connections that this host opens can have that port too, so some of them hang. Move the rule for established connections to the front.",
    example: inputWith("drop", [
      LOOPBACK,
      "udp dport 1024-65535 drop",
      ANSWERS,
      NEIGHBOURS,
      "tcp dport 25 accept",
    ]),
    corrected: inputWith("drop", [LOOPBACK, ANSWERS, NEIGHBOURS, "tcp dport 25 accept"]),
  },
  PM6010: {
    title: "accepted here, dropped behind it",
    explanation:
      "Accept ends only its own base chain. A base chain of the same hook that runs later sees the packet too, and drops it. This is how rules of one's own and those of Docker, ufw or iptables stand in each other's way.",
    example: table(
      chain("in", "type filter hook input priority -10; policy drop;", [
        ...LIFELINES,
        "tcp dport 25 accept",
        "tcp dport 8080 accept",
      ]),
      chain("later", INPUT, [...LIFELINES, "tcp dport 25 accept"]),
    ),
    corrected: table(
      chain("in", "type filter hook input priority -10; policy drop;", [
        ...LIFELINES,
        "tcp dport 25 accept",
        "tcp dport 8080 accept",
      ]),
      chain("later", INPUT, [...LIFELINES, "tcp dport { 25, 8080 } accept"]),
    ),
  },
  PM6011: {
    title: "order left to chance",
    explanation:
      "Two base chains have the same hook and priority. The one that was loaded last runs first, which a reload of one of them turns round. For verdicts alone the order does not matter; it does for marks, logs, limits and translations.",
    example: tieExample(0, 0),
    corrected: tieExample(-5, 0),
  },
  PM6014: {
    title: "open for IPv4 only",
    explanation:
      "A service is open by IPv4, from anywhere, and by IPv6 from nowhere, though the same ruleset filters both. Those who try IPv6 first wait before they get through. Ignore it where the service has no address of IPv6.",
    example: inputExample("tcp dport 25 accept", "meta nfproto ipv4 tcp dport 587 accept"),
    corrected: inputExample("tcp dport { 25, 587 } accept"),
  },
  PM6015: {
    title: "path-MTU discovery is blocked",
    explanation:
      "Routers answer a packet that is too large with an error of ICMP. Where that is dropped, small packets pass and large ones vanish: logins work, and mails with attachments hang. Accept `ct state related`.",
    example: inputWith("drop", [
      LOOPBACK,
      NEIGHBOURS,
      "ct state established accept",
      "tcp dport 25 accept",
    ]),
    corrected: inputExample("tcp dport 25 accept"),
  },
  PM6016: {
    title: "neighbour discovery is blocked",
    explanation:
      "IPv6 finds its neighbours by ICMPv6, which connection tracking never calls established. Where it is dropped, IPv6 works until the addresses of the neighbours are forgotten, and then stops.",
    example: inputWith("drop", [LOOPBACK, ANSWERS, "tcp dport 25 accept"]),
    corrected: inputExample("tcp dport 25 accept"),
  },
  PM6017: {
    title: "loopback is blocked",
    explanation:
      "Programs of one host talk to each other by `lo`: a mail server to its content filter and its database. Accept what comes in by `lo` first.",
    example: inputWith("drop", [ANSWERS, NEIGHBOURS, 'iifname "eth0" tcp dport 25 accept']),
    corrected: inputExample('iifname "eth0" tcp dport 25 accept'),
  },
  PM6022: {
    title: "a program's rules win over yours",
    explanation:
      "Docker and others translate packets before the input chain sees them. A published port of a container is forwarded, so a rule of the input chain about that port does nothing. Put the rule where the program leaves room for it: with Docker into the chain `DOCKER-USER`, by `ct original proto-dst`.",
    example: dockerExample(["tcp dport 8080 drop", 'iifname "eth1" accept']),
    corrected: dockerExample(['iifname "eth1" accept']),
  },
  PM6025: {
    title: "does not outlive a restart",
    explanation:
      "With `--boot` the rules that run are held against those that are loaded at boot. What was added by hand is gone after the next restart. Tables and chains of programs that write them again, such as Docker, are left out.",
    example: inputExample("tcp dport 25 accept", "tcp dport 587 accept"),
    corrected: inputExample("tcp dport 25 accept"),
  },
  PM6026: {
    title: "not analysed",
    explanation:
      "The check took more memory than it may. Nothing is said about that part: it may be right or wrong. Split large chains, by interface or protocol, and those that remain are analysed.",
    example: inputExample("tcp dport 25 accept"),
    corrected: inputExample("tcp dport 25 accept"),
  },
};

function tieExample(first: number, second: number): string {
  const hook = (priority: number) =>
    `type filter hook prerouting priority ${priority}; policy accept;`;
  return table(
    chain("one", hook(first), ["tcp dport 25 meta mark set 1"]),
    chain("two", hook(second), ["meta mark 1 meta priority set 1:1"]),
  );
}

function dockerExample(rules: readonly string[]): string {
  const docker = chain("DOCKER", "", [
    'iifname != "docker0" tcp dport 8080 dnat ip to 172.17.0.2:80',
  ]);
  const nat = "type nat hook prerouting priority dstnat; policy accept;";
  return table(
    docker,
    chain("PREROUTING", nat, ["fib daddr type local jump DOCKER"]),
    chain("in", INPUT, [...LIFELINES, ...rules]),
  );
}
