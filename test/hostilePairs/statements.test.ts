import { expect, test } from "vitest";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { parse } from "../../src/engine/diff/testing/rulesets.ts";
import { forward, input } from "./notation.ts";

/** Each of these changes what becomes of some packet, or may. */
const STATEMENTS = `
meta mark set 1
meta mark set 2
meta mark set ct mark
ct mark set meta mark
ct mark set 1
ct mark set 2
ct label set 1
ct event set new
ct event set destroy
meta priority set 1:1
meta priority set 1:2
ip dscp set af11
ip dscp set af12
ip ecn set ce
ip ecn set 0
ip ttl set 5
ip ttl set 6
ip id set 7
ip saddr set 1.2.3.4
ip daddr set 1.2.3.4
ip daddr set 1.2.3.5
ip checksum set 0
ip length set 77
ip frag-off set 0
ip protocol set 17
ip6 hoplimit set 3
ip6 hoplimit set 4
ip6 flowlabel set 0
ip6 dscp set af11
ip6 saddr set ::1
tcp sport set 5
tcp dport set 5
tcp dport set 6
tcp checksum set 0
tcp window set 0
tcp flags set syn
tcp urgptr set 0
tcp sequence set 0
tcp ackseq set 0
tcp doff set 5
udp sport set 7
udp length set 7
udp checksum set 0
udp checksum set 1
icmp type set 8
icmp code set 1
icmp id set 1
icmp sequence set 1
icmp mtu set 1
icmpv6 type set 128
tcp option maxseg size set 1300
tcp option maxseg size set 1400
tcp option maxseg size set rt mtu
tcp option window count set 1
tcp option timestamp tsval set 1
tcp option sack-perm length set 1
reset tcp option maxseg
reset tcp option sack-perm
reset tcp option fastopen
reset tcp option timestamp
@th,0,16 set 5
@th,0,16 set 6
@nh,8,8 set 5
@nh,8,8 set 6
@ih,0,8 set 1
@ll,0,8 set 1
ether saddr set 00:01:02:03:04:05
ether daddr set 00:01:02:03:04:05
sctp sport set 5
dccp sport set 5
dccp type set 1
esp spi set 1
esp sequence set 1
ah spi set 2
comp cpi set 1
igmp type set 1
th dport set 5
th sport set 6
limit rate 5/minute drop
quota 5 mbytes drop
ct count 5 drop
meter mt { ip saddr limit rate 5/minute } drop
meter mt { ip daddr limit rate 5/minute } drop
queue num 1
queue num 1-2
queue to numgen inc mod 3
synproxy mss 1461 wscale 7
reject with tcp reset
reject with icmpx admin-prohibited
tcp flags syn drop
tcp flags & (syn|ack) == syn drop
fib saddr oif 0 drop
fib saddr oif exists drop
fib daddr type local drop
fib daddr . iif type local drop
rt classid 1 drop
rt mtu 1400 drop
rt ipsec missing drop
ipsec in reqid 2 drop
ipsec in spi 1 drop
meta length 100 drop
meta nfproto ipv4 drop
meta l4proto tcp drop
meta protocol ip drop
ip protocol tcp drop
meta priority 1:1 drop
meta iiftype ether drop
meta cpu 0 drop
meta iifgroup 1 drop
meta oifgroup 1 drop
meta cgroup 2 drop
meta pkttype broadcast drop
meta iifkind "vlan" drop
meta ipsec exists drop
meta random 1 drop
meta time >= "2024-01-01 00:00" drop
meta day "Monday" drop
meta hour "10:00"-"11:00" drop
ct state new drop
ct state related drop
ct state untracked drop
ct direction reply drop
ct status confirmed drop
ct mark 1 drop
ct expiration 30s drop
ct label 1 drop
ct l3proto ipv4 drop
ct original protocol tcp drop
ct packets > 100 drop
ct reply bytes > 100 drop
ct avgpkt > 100 drop
ct id 1 drop
ct original ip saddr 1.2.3.4 drop
ct original ip daddr 1.2.3.4 drop
ct reply proto-dst 5 drop
ip hdrlength 6 drop
ip ecn ce drop
ip id 5 drop
ip frag-off & 0x1fff != 0 drop
ip ttl 5 drop
ip saddr 1.2.3.4 drop
ip option lsrr exists drop
ip option rr exists drop
ip option rr missing drop
ip option lsrr addr 1.2.3.4 drop
ip6 version 6 drop
ip6 ecn ce drop
ip6 length 100 drop
exthdr hbh exists drop
exthdr rt exists drop
exthdr dst exists drop
exthdr srh exists drop
hbh hdrlength 1 drop
rt type 0 drop
rt seg-left 0 drop
frag frag-off 0 drop
frag more-fragments 1 drop
frag reserved 1 drop
dst nexthdr 6 drop
mh type 1 drop
mh checksum 1 drop
srh flags 1 drop
tcp sport 5 drop
tcp ackseq 5 drop
tcp doff 8 drop
tcp window 5 drop
tcp urgptr 5 drop
tcp option nop exists drop
tcp option maxseg missing drop
tcp option window exists drop
tcp option sack-perm exists drop
tcp option sack left 5 drop
tcp option sack1 left 5 drop
tcp option timestamp tsval 5 drop
tcp option fastopen exists drop
tcp option mptcp exists drop
tcp option 77 exists drop
tcp option @77,16,4 1 drop
udp sport 5 drop
udp checksum 0 drop
udplite checksum 5 drop
icmp type echo-request drop
icmp code 1 drop
icmp sequence 1 drop
icmp gateway 1 drop
icmpv6 type echo-request drop
icmpv6 mtu 1 drop
icmpv6 sequence 1 drop
icmpv6 parameter-problem 1 drop
igmp type membership-query drop
igmp group 224.0.0.1 drop
esp spi 1 drop
ah spi 1 drop
ah nexthdr 6 drop
ah sequence 1 drop
comp nexthdr 6 drop
dccp sport 1 drop
dccp type 1 drop
sctp dport 1 drop
sctp checksum 1 drop
sctp chunk data exists drop
sctp chunk init init-tag 1 drop
ether saddr 00:01:02:03:04:05 drop
ether type ip drop
@th,0,16 5 drop
@th,0,16 6 drop
@nh,8,8 5 drop
@ll,0,8 5 drop
@ih,0,8 5 drop
jhash ip saddr mod 2 0 drop
jhash ip saddr mod 2 seed 1 0 drop
jhash ip daddr mod 2 0 drop
symhash mod 2 0 drop
numgen inc mod 2 0 drop
numgen inc mod 3 0 drop
numgen inc mod 2 offset 1 1 drop
numgen random mod 2 0 drop
osf version "Linux:4.20" drop
meta mark set jhash ip saddr mod 2
meta mark set jhash ip saddr mod 3
meta mark set numgen inc mod 2
meta mark set numgen random mod 2
meta mark set numgen inc mod 2 map { 0 : 1, 1 : 2 }
meta mark set numgen inc mod 2 map { 0 : 1, 1 : 3 }
meta mark set symhash mod 2
meta mark set meta cpu
meta mark set meta random
ct mark set ct mark or 1
ct mark set ct mark and 1
meta mark set meta mark xor 1
ip saddr . tcp dport vmap { 1.2.3.4 . 5 : drop }
`
  .trim()
  .split("\n");

const REST = "tcp dport 25 accept";
const nothing = parse(forward(REST));

test.each(STATEMENTS)("`%s` is not nothing", (statement) => {
  const found = compareDevices(nothing, parse(forward(`${statement}\n${REST}`)));
  expect(found.equal).not.toBe(true);
});

test.each(["meta skuid 0 drop", "meta skgid 0 drop", "meta cgroup 1 drop", "socket mark 1 drop"])(
  "`%s` is not nothing in input",
  (statement) => {
    const found = compareDevices(parse(input(REST)), parse(input(`${statement}\n${REST}`)));
    expect(found.equal).not.toBe(true);
  },
);
