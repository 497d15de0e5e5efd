import { chain, forward, type HostilePair, iptables, table, translated } from "./notation.ts";

export const TRANSLATIONS: readonly HostilePair[] = [
  {
    name: "ports in both directions become one direction",
    before: iptables("-A FORWARD -p tcp -m multiport --ports 1,2:5 -j DROP"),
    after: translated("ip protocol tcp tcp dport { 1, 2-5 } drop"),
    equal: false,
    why: "`--ports` asks for source or destination",
  },
  {
    name: "ports in both directions become both at once",
    before: iptables("-A FORWARD -p tcp -m multiport --ports 1,2:5 -j DROP"),
    after: translated("tcp sport { 1, 2-5 } tcp dport { 1, 2-5 } drop"),
    equal: false,
    why: "two matches of a rule are `and`, not `or`",
  },
  {
    name: "ports in both directions as two rules",
    before: iptables("-A FORWARD -p tcp -m multiport --ports 1,2:5 -j DROP"),
    after: translated("tcp sport { 1, 2-5 } drop\ntcp dport { 1, 2-5 } drop"),
    equal: false,
    why: "a later fragment has no ports for iptables, and nft reads its bytes as ports",
  },
  {
    name: "ports in both directions as two rules, where fragments are put together",
    before: iptables(
      "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
      "-A FORWARD -p tcp -m multiport --ports 1,2:5 -j DROP",
    ),
    after: translated(
      "ct state invalid drop\ntcp sport { 1, 2-5 } drop\ntcp dport { 1, 2-5 } drop",
    ),
    equal: true,
    why: "source or destination; tracking puts fragments together",
  },
  {
    name: "a limiter in both dialects, where fragments are put together",
    before: iptables(
      "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
      "-A FORWARD -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec -j ACCEPT",
      "-A FORWARD -p icmp -j DROP",
    ),
    after: translated(
      "ct state invalid drop\nicmp type echo-request limit rate 5/second burst 5 packets accept\nip protocol icmp drop",
    ),
    equal: true,
    why: "the same packets come to both, and both begin with five tokens",
  },
  {
    name: "a limiter in both dialects, which fragments come to in one of them",
    before: iptables(
      "-A FORWARD -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec -j ACCEPT",
      "-A FORWARD -p icmp -j DROP",
    ),
    after: translated(
      "icmp type echo-request limit rate 5/second burst 5 packets accept\nip protocol icmp drop",
    ),
    equal: "undecided",
    why: "without tracking nft reads the type out of later fragments, and they use up its tokens",
  },
  {
    name: "two limiters in both dialects, in another order",
    before: iptables(
      "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
      "-A FORWARD -i a -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec -j ACCEPT",
      "-A FORWARD -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec -j ACCEPT",
      "-A FORWARD -p icmp -j DROP",
    ),
    after: translated(
      'ct state invalid drop\nicmp type echo-request limit rate 5/second burst 5 packets accept\niifname "a" icmp type echo-request limit rate 5/second burst 5 packets accept\nip protocol icmp drop',
    ),
    equal: "undecided",
    why: "what comes in by `a` uses up the tokens of everybody first, or its own",
  },
  {
    name: "the translation loses the user",
    before: iptables("-A OUTPUT -p tcp -m owner --uid-owner 1000 -m tcp --dport 25 -j DROP"),
    after: table(chain("OUTPUT", "output priority filter", "tcp dport 25 drop"), "ip", "filter"),
    equal: false,
    why: "everybody is dropped in place of one",
  },
  {
    name: "the translation of a state",
    before: iptables(
      "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A FORWARD -j DROP",
    ),
    after: translated("ct state related,established accept\ndrop"),
    equal: true,
    why: "word by word",
  },
  {
    name: "the translation of a protocol without its number",
    before: iptables("-A FORWARD -p icmp -j ACCEPT", "-A FORWARD -j DROP"),
    after: translated("icmp type echo-request accept\ndrop"),
    equal: false,
    why: "other messages were let through, too",
  },
  {
    name: "IPv4 alone in a table of both families",
    before: iptables("-A FORWARD -p tcp -m tcp --dport 25 -j DROP"),
    after: forward("tcp dport 25 drop"),
    equal: false,
    why: "the table of both families drops IPv6, too",
  },
];
