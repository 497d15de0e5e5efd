import { expect, test } from "vitest";
import { type RuleSetting, showRule } from "./testing/parseRule.ts";

const V6: RuleSetting = { family: "ip6" };
const LEGACY: RuleSetting = { backend: "legacy" };
const RAW: RuleSetting = { table: "raw", chain: "PREROUTING" };
const OUTPUT: RuleSetting = { chain: "OUTPUT" };

/** What xtables asks before it reads a transport header of so many bytes. */
function guard(bytes: number): string {
  const offset = (bytes - 1) * 8;
  return `((ip frag-off and 0x1fff) = 0); (@transport,${offset},8 = 0-255 absent drops)`;
}
const GUARD_6 = "(frag frag-off = 0 absent matches); (@transport,56,8 = 0-255 absent drops)";
const TINY = "((ip frag-off and 0x1fff) map = 0 absent drops)";

type Case = readonly [string, string, RuleSetting?];

function checkAll(cases: readonly Case[]): void {
  for (const [rule, expected, setting] of cases)
    test(`${rule}${setting === undefined ? "" : ` (${Object.values(setting).join(" ")})`}`, () => {
      expect(showRule(rule, setting)).toBe(expected);
    });
}

checkAll([
  ["-i eth0", "iifname = eth0"],
  ["-i eth+", "iifname = eth*"],
  ["! -i eth+ -o lo", "iifname != eth*; oifname = lo"],
  ["-i + -j DROP", "drop"],
  ["! -i + -j DROP", "iifname = INVAL/D; drop"],
  ["-p tcp", "meta l4proto = 6"],
  ["! -p 47", "meta l4proto != 47"],
  ["-p all -j DROP", "drop"],
  ["-p UDP", "meta l4proto = 17"],
  ["-p tcp", "meta l4proto = 6 absent drops", { family: "ip6", backend: "legacy" }],
  ["-s 10.0.0.0/8", "ip saddr = 10.0.0.0-10.255.255.255"],
  ["-s 10.1", "ip saddr = 10.1.0.0"],
  ["-s 010.0.0.1", "ip saddr = 8.0.0.1"],
  ["! -d 10.0.0.7/255.255.255.0", "ip daddr != 10.0.0.0-10.0.0.255"],
  ["-s 10.0.0.5/255.0.0.255", "(ip saddr and 0xff0000ff) = 10.0.0.5"],
  ["-s 0.0.0.0/0 -j DROP", "drop"],
  ["-s 10.0.0.1,10.0.0.2", "ip saddr = 10.0.0.1\nip saddr = 10.0.0.2"],
  ["-s 2001:db8::/64", "ip6 saddr = 2001:db8::-2001:db8::ffff:ffff:ffff:ffff", V6],
  ["-f", "(ip frag-off and 0x1fff) != 0"],
  ["! -f", "(ip frag-off and 0x1fff) = 0"],
  [
    "--proto udp --src 10.0.0.1 --in-interface a",
    "iifname = a; meta l4proto = 17; ip saddr = 10.0.0.1",
  ],
]);

checkAll([
  ["-p tcp --dport 25", "meta l4proto = 6; tcp dport = 25"],
  ["-p tcp -m tcp ! --dport 25", "meta l4proto = 6; tcp dport != 25"],
  [
    "-p udp --sport 1024: --dport :53",
    "meta l4proto = 17; udp sport = 1024-65535; udp dport = 0-53",
  ],
  ["-p tcp --dport=smtp", "meta l4proto = 6; tcp dport = 25"],
  ["! -p tcp --dport 5", "meta l4proto != 6; th dport = 5"],
  ["-p tcp --syn", "meta l4proto = 6; (tcp flags and 0x17) = 2"],
  ["-p tcp ! --syn", "meta l4proto = 6; (tcp flags and 0x17) != 2"],
  ["-p tcp --tcp-flags ALL NONE", "meta l4proto = 6; (tcp flags and 0x3f) = 0"],
  ["-p tcp --tcp-flags syn,ack SYN", "meta l4proto = 6; (tcp flags and 0x12) = 2"],
  ["-p tcp -m tcp", `meta l4proto = 6; ${TINY}; ${guard(20)}`],
  ["-p tcp ! --dport 0:", "meta l4proto = 6"],
  ["-p udp -m udp --dport 0:65535", `meta l4proto = 17; ${guard(8)}`],
  ["-p tcp --tcp-option 8", `meta l4proto = 6; ${TINY}; ${guard(20)}; tcp option timestamp = 1`],
  ["-p tcp --dport 25", `meta l4proto = 6; ${TINY}; ${guard(20)}; tcp dport = 25`, LEGACY],
  ["-p udp ! --dport 25", `meta l4proto = 17; ${guard(8)}; udp dport != 25`, LEGACY],
  ["-p sctp --dport 9", `meta l4proto = 132; ${guard(12)}; sctp dport = 9`],
  ["-p dccp --dccp-types REQUEST,ACK", `meta l4proto = 33; ${guard(12)}; dccp type = 0,3`],
  ["-p esp --espspi 5:9", `meta l4proto = 50; ${guard(8)}; esp spi = 5-9`],
  ["-p ah --ahspi 5", `meta l4proto = 51; ${guard(12)}; ah spi = 5`],
  ["-p tcp -m multiport --dports 22,80:82", `meta l4proto = 6; ${guard(4)}; tcp dport = 22,80-82`],
  ["-p udp -m multiport ! --sports 5", `meta l4proto = 17; ${guard(4)}; udp sport != 5`],
  [
    "-p tcp -m multiport --ports 5",
    `meta l4proto = 6; ${guard(4)}; tcp sport . tcp dport in {5 . 0-65535, 0-65535 . 5}`,
  ],
  [
    "-p tcp -m multiport ! --ports 5",
    `meta l4proto = 6; ${guard(4)}; tcp sport != 5; tcp dport != 5`,
  ],
  ["-p tcp -m multiport --dport 80", `meta l4proto = 6; ${guard(4)}; tcp dport = 80`],
  ["-p icmp --icmp-type 8", `meta l4proto = 1; ${guard(8)}; icmp type = 8`],
  ["-p icmp --icmp-type echo-req", `meta l4proto = 1; ${guard(8)}; icmp type = 8`],
  ["-p icmp --icmp-type 3/4", `meta l4proto = 1; ${guard(8)}; icmp type = 3; icmp code = 4`],
  ["-p icmp --icmp-type any", `meta l4proto = 1; ${guard(8)}`],
  ["-p icmp ! --icmp-type any", `meta l4proto = 1; ${guard(8)}; icmp type in nothing`],
  [
    "-p icmp ! --icmp-type host-unreachable",
    `meta l4proto = 1; ${guard(8)}; icmp type . icmp code !in {3 . 1}`,
  ],
  [
    "-p icmpv6 --icmpv6-type neighbour-solicitation",
    `meta l4proto = 58; ${GUARD_6}; icmpv6 type = 135`,
    V6,
  ],
]);

checkAll([
  ["-m state --state RELATED,ESTABLISHED", "(ct state and 0x6) != 0"],
  ["-m state ! --state NEW", "(ct state and 0x8) = 0"],
  ["-m conntrack --ctstate EST", "(ct state and 0x2) != 0"],
  ["-m conntrack --ctstate DNAT", "(ct status and 0x20) != 0"],
  ["-m conntrack ! --ctstate DNAT", "(ct status and 0x20) = 0 absent matches"],
  [
    "-m conntrack --ctstate NEW,DNAT",
    "(ct state and 0x8) . (ct status and 0x20) in {1-4294967295 . 0-4294967295, 0-4294967295 . 1-4294967295}",
  ],
  ["-m conntrack --ctproto 17", "ct protocol = 17"],
  ["-m conntrack ! --ctproto tcp", "ct protocol != 6"],
  [
    "-m conntrack --ctstate INVALID --ctproto 17",
    "(ct state and 0x1) != 0; ct protocol = 17 absent matches",
  ],
  ["-m conntrack --ctorigdst 10.0.0.0/24", "ct original ip daddr = 10.0.0.0-10.0.0.255"],
  ["-m conntrack --ctreplsrcport 80:90", "ct reply proto-src = 80-90"],
  ["-m conntrack --ctdir REPLY", "ct direction = 1"],
  ["-m conntrack --ctstatus ASSURED,SEEN_REPLY", "(ct status and 0x6) != 0"],
  ["-m conntrack --ctstatus NONE", "(ct status and 0x0) != 0"],
  ["-m connmark --mark 5/0xff", "(ct mark and 0xff) = 5"],
  ["-m mark ! --mark 0x1", "meta mark != 1"],
  ["-m helper --helper ftp", "ct helper = ftp"],
  ["-m helper ! --helper ftp", "ct helper != ftp absent matches"],
  [
    "-m connbytes --connbytes 5: --connbytes-dir both --connbytes-mode packets",
    "ct packets = 5-18446744073709551615",
  ],
  [
    "-m connbytes --connbytes 9:5 --connbytes-dir reply --connbytes-mode bytes",
    "ct reply bytes != 5-9",
  ],
  ["-m connlabel ! --label 3", "(ct label and 0x8) = 0 absent matches"],
]);

checkAll([
  ["-m iprange --src-range 10.0.0.5-10.0.0.9", "ip saddr = 10.0.0.5-10.0.0.9"],
  ["-m iprange ! --dst-range 10.0.0.5", "ip daddr != 10.0.0.5"],
  ["-m iprange --src-range 10.0.0.9-10.0.0.5", "ip saddr in nothing"],
  ["-m mac --mac-source 00:00:00:00:01:02", "ether saddr = 258"],
  ["-m mac ! --mac-source 0:0:0:0:1:2", "ether saddr != 258"],
  ["-m addrtype --dst-type LOCAL,BROADCAST", "fib daddr type = 2-3"],
  ["-m addrtype ! --src-type LOCAL --limit-iface-in", "fib saddr . iif type != 2"],
  [
    "-m addrtype --dst-type MULTICAST",
    "ip6 daddr = ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    V6,
  ],
  ["-m physdev --physdev-in t0", "meta iphysname = t0"],
  ["-m physdev ! --physdev-in t0", "meta iphysname != t0 absent matches"],
  ["-m rpfilter --invert", "fib saddr . iif exists = 0", RAW],
  ["-m rpfilter --loose --validmark", "fib saddr . mark exists = 1", RAW],
  ["-m owner --uid-owner 0-9", "meta skuid = 0-9", OUTPUT],
  ["-m owner ! --uid-owner root", "meta skuid != 0 absent matches", OUTPUT],
  ["-m owner ! --socket-exists", "meta skuid != 0-4294967295 absent matches", OUTPUT],
  ["-m owner --uid-owner postfix", "<meta skuid postfix>\n! PM2018", OUTPUT],
  ["-m pkttype --pkt-type unicast", "meta pkttype = 0"],
  ["-m set --match-set s src,dst", " in s(source,destination)\n! PM2024"],
  ["-m set ! --match-set s src --return-nomatch", " !in s(source) nomatch\n! PM2024"],
  ["-m devgroup --src-group 5", "iifgroup = 5"],
  ["-m policy --dir in --pol none", "meta ipsec = 0"],
  ["-m policy --dir out --pol ipsec --proto esp", "rt ipsec = 1; <policy --proto esp>"],
]);

checkAll([
  ["-m length --length 100:", "meta length = 100-65535"],
  ["-m length --length 5:3", "meta length in nothing"],
  ["-m ttl --ttl-lt 5", "ip ttl = 0-4"],
  ["-m ttl ! --ttl-eq 5", "ip ttl != 5"],
  ["-m ttl --ttl-gt 255", "ip ttl in nothing"],
  ["-m hl --hl-gt 9", "ip6 hoplimit = 10-255", V6],
  ["-m dscp ! --dscp-class EF", "ip dscp != 46"],
  ["-m tos --tos 0xb8", "@network,8,8 = 184"],
  ["-m tos --tos Minimize-Delay", "(@network,8,8 and 0x3f) = 16"],
  ["-m tos --tos 0xb8", "@network,4,8 = 184", V6],
  ["-p tcp -m ecn ! --ecn-tcp-ece", "meta l4proto = 6; (tcp flags and 0x40) = 0"],
  ["-m ecn --ecn-ip-ect 2", "ip ecn = 2"],
  [
    "-p tcp -m tcpmss ! --mss 500:",
    "meta l4proto = 6; tcp option maxseg size != 500-65535 absent matches",
  ],
  ["-m time --timestart 8:00 --timestop 17:00", "meta hour = 28800-61200"],
  ["-m time --timestart 22:00 --timestop 6:00", "meta hour = 0-21600,79200-86399"],
  ["-m time --weekdays Mon,Sun", "meta day = 0-1"],
  ["-m time --monthdays 1", "<time --monthdays 1>"],
]);

checkAll([
  ["-m hbh", "exthdr hbh = 1", V6],
  ["-m dst --dst-len 16", "dst hdrlength = 1", V6],
  ["-m rt --rt-type 0 ! --rt-segsleft 0", "rt type = 0; rt seg-left != 0", V6],
  [
    "-m frag --fragid 7 --fraglast --fragres",
    "frag id = 7; frag more-fragments = 0; frag reserved = 0; frag reserved2 = 0",
    V6,
  ],
  ["-m ipv6header --header frag --soft", "exthdr frag = 1", V6],
  ["-m ipv6header ! --header hop,none --soft", "exthdr hbh = 0; meta l4proto != 59", V6],
  [
    "-m ipv6header --header hop",
    "exthdr hbh = 1; exthdr dst = 0; exthdr rt = 0; exthdr frag = 0; exthdr ah = 0",
    V6,
  ],
]);

checkAll([
  [
    "-m limit --limit 3/min",
    "{kind:limit,rate:3,periodMs:60000,burst:5,unit:packets,over:false,object:null}",
  ],
  [
    "-m limit --limit 10 --limit-burst 20",
    "{kind:limit,rate:10,periodMs:1000,burst:20,unit:packets,over:false,object:null}",
  ],
  [
    "-m connlimit --connlimit-upto 2 --connlimit-mask 24 --connlimit-daddr",
    "{kind:connectionCount,count:2,over:false,groupBy:{key:destination,prefix:24}}",
  ],
  [
    "-m connlimit ! --connlimit-above 2 --connlimit-mask 0",
    "{kind:connectionCount,count:2,over:false,groupBy:null}",
  ],
  [
    "-m statistic --mode nth --every 3 --packet 1",
    "{kind:statistic,mode:nth,probability:0,every:3,packet:1,negated:false}",
  ],
  [
    "-m statistic --mode random ! --probability 0.25",
    "{kind:statistic,mode:random,probability:0.25,every:0,packet:0,negated:true}",
  ],
  ["-m quota --quota 100", "{kind:quota,bytes:101,used:0,over:false,object:null}"],
  [
    "-m recent --update --seconds 60 --hitcount 3 --name s --rdest --rttl",
    "{kind:recent,list:s,operation:update,negated:false,seconds:60,hitCount:3,sameTtl:true,by:destination,mask:null}",
  ],
  [
    "-m hashlimit --hashlimit-above 512kb/s --hashlimit-mode srcip,dstport --hashlimit-name h --hashlimit-srcmask 24",
    "{kind:hashLimit,name:h,keys:[source,destinationPort],sourcePrefix:24,destinationPrefix:32,above:true,rate:524288,periodMs:1000,burst:0,unit:bytes,negated:false,expireMs:1000}",
  ],
  [
    '-m string --algo bm --hex-string "|41 42|c" --from 20 --to 30 --icase',
    "{kind:payloadSearch,pattern:[65,66,99],from:20,to:30,ignoreCase:true,negated:false,text:string 414263 from 20 to 30 ignoring case}",
  ],
  [
    '-m u32 ! --u32 "0>>22&0x3C@4=1,3:5"',
    "{kind:u32,tests:[{start:0,operations:[{operator:shiftRight,number:22},{operator:and,number:60},{operator:at,number:4}],ranges:[{from:1,to:1},{from:3,to:5}]}],negated:true,text:u32 --u32 0>>22&0x3C@4=1,3:5}",
  ],
  [
    "-m geoip ! --source-country DE,FR -p tcp",
    "meta l4proto = 6; ! <geoip --source-country DE,FR>\n! PM2017",
  ],
  ["-m socket --transparent", "<socket --transparent>"],
]);

/** Refused by iptables-restore 1.8.9, each tried there. */
const REFUSED: readonly (readonly [string, string, RuleSetting?])[] = [
  ["--dport 25", "PM2009"],
  ["-m tcp --dport 25", "PM2014"],
  ["-p tcp -m udp --dport 5", "PM2014"],
  ["-p tcp --dport 80:70", "PM2011"],
  ["-p tcp --dport nosuchservice", "PM2011"],
  ["-p nosuchprotocol", "PM2020"],
  ["! -p all", "PM2014"],
  ["-p tcp -p udp", "PM2013"],
  ["-s ! 10.0.0.0/8", "PM2012"],
  ["-s 10.0.0.1/0xff000000", "PM2011"],
  ["! -s 10.0.0.1,10.0.0.2", "PM2014"],
  ["! -s 0.0.0.0/0", "PM2014"],
  ["-i a23456789012345b", "PM2011"],
  ["-pudp", "PM2019"],
  ["-p tcp --syn --tcp-flags ALL NONE", "PM2014"],
  ["-m multiport --dports 5", "PM2014"],
  ["-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "PM2011"],
  ["-p icmp -m icmp", "PM2014"],
  ["-p icmp --icmp-type timestamp", "PM2011"],
  ["-p icmpv6 --icmpv6-type any", "PM2011", V6],
  ["-f", "PM2014", V6],
  ["-m limit ! --limit 3/s", "PM2013"],
  ["-m limit --limit 3/fortnight", "PM2011"],
  ["-m limit --limit 20000/s", "PM2011"],
  ["-m mark --mark 1 --mark 2", "PM2013"],
  ["-m recent --name x", "PM2014"],
  ["-m statistic --mode nth --every 3 --packet 3", "PM2011"],
  ["-m hashlimit --hashlimit-upto 1/s", "PM2014"],
  ["-m conntrack --ctstate foo", "PM2011"],
  ["-m mac --mac-source XX:XX:XX:XX:XX:XX", "PM2011"],
  ["-m u32 --u32 foo", "PM2011"],
  ["-m string --string x", "PM2014"],
  ["-m owner --uid-owner 0", "PM2014"],
  ["-m rpfilter", "PM2014"],
  ["-i a", "PM2014", OUTPUT],
  ["-o a", "PM2014", { chain: "INPUT" }],
  ["-j DROP foo", "PM2010"],
  ["-j DROP # foo", "PM2010"],
  ["! ! -p tcp", "PM2013"],
  ["-t filter", "PM2014"],
];

for (const [rule, code, setting] of REFUSED)
  test(`${rule} is refused`, () => {
    expect(showRule(rule, setting).split("\n")).toContain(`! ${code}`);
  });
