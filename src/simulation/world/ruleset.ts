import { ADDRESSES, FIREWALL_NAMES, MANAGEMENT, ZONES } from "./plan.ts";

const { table, nat, chain, set } = FIREWALL_NAMES;
const { users, internet } = ZONES;
/** What hides behind the firewall's address. */
const OWN = "10.10.0.0/16";
const { fw1, lb1, mail1, mail2, db1, desk1 } = ADDRESSES;
const WATCHED = `{ ${lb1}, ${mail1}, ${mail2}, ${db1} }`;

/** The file that the firewall boots with. */
export const BOOT_RULESET = `# The firewall of the mail network.
flush ruleset

table inet ${table} {
  set ${set} {
    type ipv4_addr
    elements = { ${mail1}, ${mail2} }
  }

  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related counter accept
    icmp type echo-request counter accept
    iifname "${MANAGEMENT.interface}" tcp dport ${MANAGEMENT.port} counter accept comment "management"
  }

  chain ${chain} {
    type filter hook forward priority filter; policy drop;
    ct state established,related counter accept
    ct state invalid counter drop
    ip saddr ${users.network}.0/24 ip daddr ${lb1} tcp dport { 25, 143, 587 } counter accept comment "users to mail"
    ip saddr ${desk1} ip daddr ${WATCHED} tcp dport { 25, 143, 587, 5432 } counter accept comment "monitoring"
    ip saddr ${users.network}.0/24 icmp type echo-request counter accept
    iifname "${internet.interface}" ip daddr ${lb1} tcp dport 25 ct status dnat counter accept comment "internet to mail"
    ip saddr @${set} ip daddr ${db1} tcp dport 5432 counter accept comment "mail to database"
    ip saddr @${set} oifname "${internet.interface}" tcp dport 25 counter accept comment "mail to internet"
    ip saddr @${set} oifname "${internet.interface}" meta l4proto { tcp, udp } th dport 53 counter accept comment "mail to resolver"
  }

  chain output {
    type filter hook output priority filter; policy accept;
  }
}

table ip ${nat} {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname "${internet.interface}" ip daddr ${fw1} tcp dport 25 dnat to ${lb1}
  }

  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "${internet.interface}" ip saddr ${OWN} snat to ${fw1}
  }
}
`;

/** Where the rule of the origin went, and what it said. */
export const RULE_POSITIONS = ["first", "late", "wan"] as const;
export type RulePosition = (typeof RULE_POSITIONS)[number];

/**
 * The rule of the origin as somebody types it: in front of what lets established connections through, behind it, or in
 * front and for the internet alone.
 */
export function fatalCommand(position: RulePosition): string {
  const where = `rule inet ${table} ${chain}`;
  switch (position) {
    case "first":
      return `insert ${where} ip saddr @${set} counter drop`;
    case "late":
      return `add ${where} index 0 ip saddr @${set} counter drop`;
    case "wan":
      return `insert ${where} ip saddr @${set} oifname "${internet.interface}" counter drop`;
  }
}
