import { type LabPlan, MAIL_ROLES } from "./plan.ts";

/** The ruleset that the firewall boots with, as its file. */
export function bootRuleset(plan: LabPlan): string {
  return `# The firewall of the mail network.
flush ruleset

${filterTable(plan)}
${natTable(plan)}`;
}

/**
 * The same file with the fatal rule in it, as somebody would write it there: in front of what lets
 * established connections through, or behind it, or in front and for the internet alone.
 */
export function fatalRuleset(plan: LabPlan, position: RulePosition): string {
  const { firewall } = plan;
  const rule = `    ${fatalRule(plan, position)} comment "${firewall.handComment}"`;
  const lines = bootRuleset(plan).split("\n");
  const chain = lines.indexOf(`  chain ${firewall.forwardChain} {`);
  const end = lines.indexOf("  }", chain);
  const isAnchor =
    position === "late"
      ? (line: string) => line.trim().startsWith("ct state ")
      : (line: string) => line.trim().startsWith("type filter ");
  const anchor = lines.findLastIndex((line, i) => i > chain && i < end && isAnchor(line));
  return lines.toSpliced(anchor + 1, 0, rule).join("\n");
}

/** Where the rule goes, and what it says; see lab/mail/README.md. */
export const RULE_POSITIONS = ["first", "late", "wan"] as const;
export type RulePosition = (typeof RULE_POSITIONS)[number];

/** What all mail servers send, or what leaves for the internet, is dropped. */
export function fatalRule({ firewall, zones }: LabPlan, position: RulePosition): string {
  const wan = position === "wan" ? `oifname ${zones.internet.interface} ` : "";
  return `ip saddr @${firewall.mailSet} ${wan}counter drop`;
}

function mailAddresses({ addresses }: LabPlan): string {
  return MAIL_ROLES.map((role) => addresses[role]).join(", ");
}

function filterTable(plan: LabPlan): string {
  const { firewall, zones, management } = plan;
  return `table inet ${firewall.filterTable} {
  set ${firewall.mailSet} {
    type ipv4_addr
    elements = { ${mailAddresses(plan)} }
  }

  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related counter accept
    icmp type echo-request counter accept
    iifname "${management.interface}" tcp dport 22 counter accept comment "management"
    ip saddr ${zones.users.network}.0/24 tcp dport 9100 counter accept comment "monitoring"
  }

${firewall.layout === "flat" ? flatForward(plan) : jumpingForward(plan)}
  chain output {
    type filter hook output priority filter; policy accept;
  }
}
`;
}

/** What is let through, by the zone that it comes from. */
function forwarded(plan: LabPlan): Readonly<Record<"users" | "dmz" | "internet", string[]>> {
  const { addresses, zones, firewall } = plan;
  const users = `ip saddr ${zones.users.network}.0/24`;
  const mail = `ip saddr @${firewall.mailSet}`;
  const wan = `oifname "${zones.internet.interface}"`;
  const watched = `{ ${addresses.balancer}, ${mailAddresses(plan)}, ${addresses.database} }`;
  return {
    users: [
      `${users} ip daddr ${addresses.balancer} tcp dport { 25, 143, 587 } counter accept comment "users to mail"`,
      `ip saddr ${addresses.client} ip daddr ${watched} tcp dport { 25, 143, 587, 5432, 8404, 9100, 9154 } counter accept comment "monitoring"`,
      `${users} icmp type echo-request counter accept`,
    ],
    dmz: [
      `${mail} ip daddr ${addresses.database} tcp dport 5432 counter accept comment "mail to database"`,
      `${mail} ${wan} tcp dport 25 counter accept comment "mail to internet"`,
      `${mail} ${wan} meta l4proto { tcp, udp } th dport 53 counter accept comment "mail to resolver"`,
    ],
    internet: [
      `iifname "${zones.internet.interface}" ip daddr ${addresses.balancer} tcp dport 25 ct status dnat counter accept comment "internet to mail"`,
    ],
  };
}

function indented(rules: readonly string[]): string {
  return rules.map((rule) => `    ${rule}\n`).join("");
}

function flatForward(plan: LabPlan): string {
  const { users, dmz, internet } = forwarded(plan);
  return `  chain ${plan.firewall.forwardChain} {
    type filter hook forward priority filter; policy drop;
    ct state established,related counter accept
    ct state invalid counter drop
${indented([...users, ...internet, ...dmz])}  }
`;
}

function jumpingForward(plan: LabPlan): string {
  const { zones } = plan;
  const rules = forwarded(plan);
  const chains = (["users", "dmz", "internet"] as const).map((zone) => ({
    chain: `from_${zones[zone].name}`,
    device: zones[zone].interface,
    rules: rules[zone],
  }));
  const bodies = chains.map((one) => `  chain ${one.chain} {\n${indented(one.rules)}  }\n`);
  const verdicts = chains.map(({ device, chain }) => `"${device}" : jump ${chain}`).join(", ");
  return `${bodies.join("\n")}
  chain ${plan.firewall.forwardChain} {
    type filter hook forward priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname vmap { ${verdicts} }
    counter comment "nobody's"
  }
`;
}

function natTable({ firewall, zones, addresses }: LabPlan): string {
  const wan = zones.internet.interface;
  return `table ip ${firewall.natTable} {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname "${wan}" ip daddr ${addresses.firewall} tcp dport 25 dnat to ${addresses.balancer}
  }

  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "${wan}" ip saddr { ${zones.users.network}.0/24, ${zones.dmz.network}.0/24 } snat to ${addresses.firewall}
  }
}
`;
}
