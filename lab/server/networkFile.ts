import type { SmallNetwork } from "../apply/smallNetwork.ts";

/** What a server is told of a small network: one firewall, one promise, two people. */
export function networkFileOf({ firewall, source, state }: SmallNetwork): string {
  return `
devices:
  fw:
    reach: "namespace:${firewall}"
    sources: ${source}
    managed-by: { inet edge: premortem }
    addresses: [10.9.2.1]
    records: ${state}
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: [internet, 198.51.100.0/24] }
roles:
  mail: 10.9.2.11
intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
people:
  ana: { name: Ana, roles: [operator] }
  bob: { name: Bob, roles: [operator, approver] }
`;
}

/** What its firewall boots with: bans, and mail from the one to the other; `port` is what a change changes. */
export const rulesetOf = (port: number): string => `flush ruleset

table inet edge {
  set bans {
    type ipv4_addr
    flags timeout
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ip saddr @bans drop
    ct state established,related accept
    iifname "in0" ip saddr 10.9.2.0/24 tcp dport { 25, ${port} } accept
  }
}
`;
