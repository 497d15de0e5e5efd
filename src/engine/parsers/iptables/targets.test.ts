import { expect, test } from "vitest";
import { type RuleSetting, showRule } from "./testing/parseRule.ts";

const V6: RuleSetting = { family: "ip6" };
const MANGLE: RuleSetting = { table: "mangle", chain: "PREROUTING" };
const NAT: RuleSetting = { table: "nat", chain: "PREROUTING" };
const NAT_6: RuleSetting = { ...NAT, family: "ip6" };
const POST: RuleSetting = { table: "nat", chain: "POSTROUTING" };
const RAW: RuleSetting = { table: "raw", chain: "PREROUTING" };

const CASES: readonly (readonly [string, string, RuleSetting?])[] = [
  ["-j ACCEPT", "accept"],
  ["-j RETURN", "return"],
  ["-j X", "jump X"],
  ["-g X", "goto X"],
  ["-j QUEUE", "queue 0"],
  ["-j NFQUEUE --queue-num 7 --queue-bypass", "queue 7 bypass"],
  ["-j NFQUEUE --queue-balance 0:3", "queue 0-3"],
  ["-j REJECT", "reject ip 3"],
  ["-j REJECT --reject-with icmp-host-prohibited", "reject ip 10"],
  ["-j REJECT --reject-with net-unreach", "reject ip 0"],
  ["-j REJECT --reject-with icmp-admin-prohib", "reject ip 13"],
  ["-p tcp -j REJECT --reject-with tcp-reset", "meta l4proto = 6; reject reset"],
  ["-j REJECT", "reject ip6 4", V6],
  ["-j REJECT --reject-with icmp6-adm-prohibited", "reject ip6 1", V6],
  ['-j LOG --log-prefix "-j DROP " --log-level 4', "log"],
  ["-j NFLOG --nflog-group 2", "log"],
  ["-j TRACE", "nftrace", RAW],
  ["-j MARK --set-mark 0x35/0x0f", "meta mark := ((meta mark and 0xffffffc0) xor 0x35)"],
  ["-j MARK --set-xmark 0x35/0x0f", "meta mark := ((meta mark and 0xfffffff0) xor 0x35)"],
  ["-j MARK --set-mark 5", "meta mark := 0x5"],
  ["-j MARK --and-mark 5", "meta mark := (meta mark and 0x5)"],
  ["-j MARK --or-mark 5", "meta mark := (meta mark or 0x5)"],
  ["-j MARK --xor-mark 5", "meta mark := (meta mark xor 0x5)"],
  ["-j CONNMARK --set-mark 5", "ct mark := 0x5"],
  ["-j CONNMARK --save-mark", "ct mark := meta mark"],
  [
    "-j CONNMARK --restore-mark --mask 0xff",
    "meta mark := ((meta mark and 0xffffff00) xor (ct mark and 0xff))",
  ],
  ["-j CT --notrack", "notrack", RAW],
  ["-j NOTRACK", "notrack", RAW],
  ["-j CT --zone 7 --helper ftp", "ct zone := 0x7; {kind:ctObject,what:helper,name:ftp}", RAW],
  ["-j CT --zone-orig mark", "ct original zone := (meta mark and 0xffff)", RAW],
  ["-j DNAT --to-destination 10.0.0.9", "dnat 10.0.0.9", NAT],
  [
    "-p tcp -j DNAT --to-destination 10.0.0.9:8080",
    "meta l4proto = 6; dnat 10.0.0.9 port 8080",
    NAT,
  ],
  ["-p tcp -j DNAT --to-destination :8080", "meta l4proto = 6; dnat port 8080", NAT],
  [
    "-p udp -j DNAT --to-destination 10.0.0.1-10.0.0.9:5-9/80",
    "meta l4proto = 17; dnat 10.0.0.1-10.0.0.9 port 5-9 base 80",
    NAT,
  ],
  ["-j DNAT --to-destination 10.0.0.9 --persistent", "dnat 10.0.0.9 persistent", NAT],
  [
    "-p tcp -j DNAT --to-destination [2001:db8::9]:80",
    "meta l4proto = 6; dnat 2001:db8::9 port 80",
    NAT_6,
  ],
  ["-j DNAT --to-destination 2001:db8::9", "dnat 2001:db8::9", NAT_6],
  ["-j REDIRECT", "redirect", NAT],
  ["-p tcp -j REDIRECT --to-ports 5-6", "meta l4proto = 6; redirect port 5-6", NAT],
  ["-j NETMAP --to 10.0.5.0/24", "netmap 10.0.5.0-10.0.5.255", NAT],
  ["-j SNAT --to-source 10.0.0.1", "snat 10.0.0.1", POST],
  ["-j MASQUERADE --random", "masquerade random", POST],
  [
    "-p udp -j MASQUERADE --to-ports 1024-2048",
    "meta l4proto = 17; masquerade port 1024-2048",
    POST,
  ],
  ["-j TTL --ttl-set 64", "ip ttl := 0x40", MANGLE],
  ["-j TTL --ttl-dec 1", "ip ttl := ip ttl map", MANGLE],
  ["-j HL --hl-set 64", "ip6 hoplimit := 0x40", { ...MANGLE, family: "ip6" }],
  ["-j TOS --set-tos 0x10", "ip dscp := 0x4; ip ecn := 0x0", MANGLE],
  ["-j TOS --or-tos 0x10", "ip dscp := ((ip dscp and 0x3b) xor 0x4)", MANGLE],
  ["-j DSCP --set-dscp-class AF11", "ip dscp := 0xa", MANGLE],
  ["-p tcp -j ECN --ecn-tcp-remove", "meta l4proto = 6; tcp flags := (tcp flags and 0x3f)", MANGLE],
  ["-p tcp -j TCPMSS --set-mss 1400", "meta l4proto = 6; tcp option maxseg size := at most 0x578"],
  [
    "-p tcp -j TCPMSS --clamp-mss-to-pmtu",
    "meta l4proto = 6; tcp option maxseg size := at most rt mtu",
  ],
  ["-j CLASSIFY --set-class 1:2", "meta priority := 0x10002"],
  [
    "-j SET --add-set s src --exist --timeout 60",
    "{kind:ipsetUpdate,operation:add,set:{kind:ipset,name:s,directions:[source]},timeoutMs:60000,exist:true}\n! PM2024",
  ],
  [
    "-j SET --del-set s dst,src",
    "{kind:ipsetUpdate,operation:delete,set:{kind:ipset,name:s,directions:[destination,source]},timeoutMs:null,exist:false}\n! PM2024",
  ],
  ["-j CHECKSUM --checksum-fill", "{kind:noEffect,text:CHECKSUM --checksum-fill}", MANGLE],
  [
    "-p tcp -j TARPIT --reset",
    "meta l4proto = 6; {kind:opaqueAction,text:TARPIT --reset}\n! PM2017",
  ],
];

for (const [rule, expected, setting] of CASES)
  test(`${rule}${setting === undefined ? "" : ` (${Object.values(setting).join(" ")})`}`, () => {
    expect(showRule(rule, setting)).toBe(expected);
  });

/** Refused by iptables-restore 1.8.9, each tried there. */
const REFUSED: readonly (readonly [string, string, RuleSetting?])[] = [
  ["-j NOSUCH", "PM2008"],
  ["-g ACCEPT", "PM2008"],
  ["-j ACCEPT -j DROP", "PM2013"],
  ["-j ACCEPT --foo", "PM2009"],
  ["-j X --foo", "PM2009"],
  ["-j REJECT --reject-with tcp-reset", "PM2014"],
  ["-j REJECT --reject-with foo", "PM2011"],
  ["-j REJECT", "PM2014", NAT],
  ["-j DROP", "PM2014", NAT],
  ["-j DNAT --to-destination 10.0.0.9", "PM2014"],
  ["-j DNAT --to-destination 10.0.0.9", "PM2014", POST],
  ["-j DNAT --to-destination 10.0.0.9:80", "PM2014", NAT],
  ["-p tcp -j DNAT --to-destination 10.0.0.9:90-80", "PM2011", NAT],
  ["-j DNAT --to-destination foo", "PM2011", NAT],
  ["-j DNAT", "PM2014", NAT],
  ["-j MASQUERADE", "PM2014", NAT],
  ["-j MARK", "PM2014"],
  ["-j TTL --ttl-set 5", "PM2014"],
  ["-j TTL --ttl-dec 0", "PM2011", MANGLE],
  ["-j CT --notrack", "PM2014"],
  ["-j NFQUEUE --queue-num 70000", "PM2011"],
  ["-j TCPMSS --clamp-mss-to-pmtu", "PM2014"],
];

for (const [rule, code, setting] of REFUSED)
  test(`${rule} is refused`, () => {
    expect(showRule(rule, setting).split("\n")).toContain(`! ${code}`);
  });
