import type { LintCode } from "./codes.ts";
import { chain, inputExample, LIFELINES, table } from "./exampleRulesets.ts";

const INPUT = "type filter hook input priority 0; policy drop;";

/** Codes of findings about single rules. */
export const RULE_CODES: Readonly<Record<string, LintCode>> = {
  PM6001: {
    title: "shadowed rule",
    explanation:
      "Earlier rules decide every packet that this rule matches, so it never runs. It is a warning where they decide otherwise, for then the ruleset does not do what it says, and a note where they say the same. What limits, counts of connections and sets hold is never taken for granted: a rule is called shadowed only if it is so whatever they hold.",
    example: inputExample("tcp dport 20-30 drop", "tcp dport 25 accept", 'iifname "eth1" accept'),
    corrected: inputExample("tcp dport 25 accept", "tcp dport 20-30 drop", 'iifname "eth1" accept'),
  },
  PM6002: {
    title: "redundant rule",
    explanation:
      "Without this rule every packet would fare the same, because what it matches meets the same decision behind it, and nothing is logged, marked or counted by name on the way there. It costs time and hides what matters; keep it if it stands there to be read.",
    example: inputExample("ip saddr 10.0.0.0/8 tcp dport 22 accept", "tcp dport 22 accept"),
    corrected: inputExample("tcp dport 22 accept"),
  },
  PM6003: {
    title: "conditions that exclude each other",
    explanation:
      "No packet has all that the rule asks for in this chain: two addresses of the same field, or an interface that is not known in this hook.",
    example: inputExample("tcp dport 25 tcp dport 80 accept"),
    corrected: inputExample("tcp dport { 25, 80 } accept"),
  },
  PM6004: {
    title: "nothing of it is sent to its chain",
    explanation:
      "The rules that jump to this chain let other packets in than those that this rule matches. Often the address or interface of the jump is not the one that was meant.",
    example: table(
      chain("in", INPUT, [...LIFELINES, "tcp dport 22 jump admins"]),
      chain("admins", "", ["ip saddr 10.0.0.5 accept", "udp dport 161 accept"]),
    ),
    corrected: table(
      chain("in", INPUT, [...LIFELINES, "tcp dport 22 jump admins", "udp dport 161 jump admins"]),
      chain("admins", "", ["ip saddr 10.0.0.5 accept", "udp dport 161 accept"]),
    ),
  },
  PM6012: {
    title: "connections are not tracked yet",
    explanation:
      "Connection tracking looks at packets at priority -200 of prerouting and output. In chains that run before it `ct state` is `invalid` for every packet, and marks of connections are missing. Give the chain a priority above -200.",
    example: table(
      chain("early", "type filter hook prerouting priority raw; policy accept;", [
        "ct state new meta mark set 1",
      ]),
    ),
    corrected: table(
      chain("early", "type filter hook prerouting priority mangle; policy accept;", [
        "ct state new meta mark set 1",
      ]),
    ),
  },
  PM6013: {
    title: "`ip6 nexthdr` where `meta l4proto` is meant",
    explanation:
      "`ip6 nexthdr` is the header that follows the fixed one. A packet with extension headers has another number there, so the rule passes it by. `meta l4proto` is the protocol behind all extension headers.",
    example: inputExample("ip6 nexthdr tcp tcp dport 25 accept"),
    corrected: inputExample("meta nfproto ipv6 meta l4proto tcp tcp dport 25 accept"),
  },
  PM6018: {
    title: "translated, then dropped",
    explanation:
      "`dnat` changes the destination before the forward chain sees the packet, and the forward chain drops it with its new address and port. Accept it there by the new address, or accept `ct status dnat`.",
    example: natExample([]),
    corrected: natExample(["ct status dnat accept"]),
  },
  PM6019: {
    title: "a limit that limits nothing",
    explanation:
      "The rule accepts packets up to a rate. What is over it goes on to the rules behind, and those accept it too. Drop the same packets in the rule behind it.",
    example: inputExample("udp dport 53 limit rate 10/second accept", "meta l4proto udp accept"),
    corrected: inputExample(
      "udp dport 53 limit rate 10/second accept",
      "udp dport 53 drop",
      "meta l4proto udp accept",
    ),
  },
  PM6020: {
    title: "an interface by its index",
    explanation:
      "`iif` and `oif` compare numbers that nft looks up when it loads the rules. An interface that goes and comes back (a VPN, a container, a modem) gets another number, and the rule is silent from then on; one that is missing at boot makes the whole file fail. `iifname` and `oifname` compare names. `lo` always has the number 1.",
    example: inputExample('iif "wg0" tcp dport 22 accept'),
    corrected: inputExample('iifname "wg0" tcp dport 22 accept'),
  },
  PM6021: {
    title: "no such interface",
    explanation:
      "With `--interfaces`, each interface that a rule names has to be one of the device's. A card, a driver or an upgrade gives an interface another name, and all rules about the old one are silent from then on: what they accept is dropped, and what they keep out comes in. The ruleset looks as before.",
    example: inputExample('iifname "wan" tcp dport 22 accept'),
    corrected: inputExample('iifname "eth0" tcp dport 22 accept'),
  },
  PM6023: {
    title: "a temporary rule that has ended",
    explanation:
      "Its comment names an end (`until 2026-01-31`, `expires: 2026-01-31`) that has gone by.",
    example: inputExample('tcp dport 8080 accept comment "migration, until 2020-01-31"'),
    corrected: inputExample('tcp dport 8080 accept comment "migration, until 2999-01-31"'),
  },
  PM6024: {
    title: "a rule without an owner",
    explanation:
      'With `--owners` each rule that lets packets in has to say who needs it: `comment "owner: mail team"`, or `@name` in the comment.',
    example: inputExample("tcp dport 25 accept").replaceAll(
      /accept(?=\n)(?<!dport 25 accept)/g,
      'accept comment "owner: base"',
    ),
    corrected: inputExample('tcp dport 25 accept comment "owner: mail team"').replaceAll(
      /accept(?=\n)/g,
      'accept comment "owner: base"',
    ),
  },
};

function natExample(forward: readonly string[]): string {
  return table(
    chain("to", "type nat hook prerouting priority dstnat; policy accept;", [
      'iifname "eth0" tcp dport 443 dnat ip to 10.0.0.5:8443',
    ]),
    chain("through", "type filter hook forward priority 0; policy drop;", [
      "ct state established,related accept",
      'iifname "eth1" accept',
      ...forward,
    ]),
  );
}
