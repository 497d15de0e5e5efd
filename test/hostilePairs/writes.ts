import { chain, forward, type HostilePair, input, iptables, output, table } from "./notation.ts";

const mangled = (...rules: readonly string[]) =>
  `*mangle\n:FORWARD ACCEPT [0:0]\n${rules.map((rule) => `-A FORWARD ${rule}`).join("\n")}\nCOMMIT\n`;

/** What a rule does without deciding anything, beside what does nothing. */
export const WRITES: readonly HostilePair[] = [
  {
    name: "a block of an option, and the option",
    before: forward("reset tcp option sack1"),
    after: forward("reset tcp option sack"),
    equal: true,
    why: "an option is taken out as a whole",
  },
  {
    name: "a TCP option by its number",
    before: forward("reset tcp option 8"),
    after: forward("reset tcp option timestamp"),
    equal: true,
    why: "8 is the timestamp (RFC 7323)",
  },
  {
    name: "a TCP option without a name is taken out",
    before: forward("tcp dport 25 accept"),
    after: forward("reset tcp option 77\ntcp dport 25 accept"),
    equal: "undecided",
    why: "it has no model",
  },
  {
    name: "a field of an option that was taken out is asked for",
    before: forward("reset tcp option maxseg\ntcp option maxseg size 1-500 drop"),
    after: forward("reset tcp option maxseg"),
    equal: false,
    why: "the proof does not follow yet that it is gone: a difference that may be none",
  },
  {
    name: "owner of the socket that a packet is for",
    before: input("tcp dport 25 accept"),
    after: input("meta skuid 0 drop\ntcp dport 25 accept"),
    equal: false,
    why: "packets of an open connection have been given to its socket by then (tcp_v4_early_demux)",
  },
  {
    name: "another owner of the socket that a packet is for",
    before: input("meta skuid 0 drop"),
    after: input("meta skuid 1 drop"),
    equal: false,
    why: "packets of an open connection have been given to its socket by then",
  },
  {
    name: "no socket before a packet is known to be for this host",
    before: forward("meta skuid 0 drop"),
    after: forward("meta skgid 0 drop"),
    equal: true,
    why: "what is forwarded has no socket",
  },
  {
    name: "owner of what is sent",
    before: output("meta skuid 0 drop"),
    after: output("meta skuid 1 drop"),
    equal: false,
    why: "what is sent has one",
  },
  {
    name: "a match that labels connections",
    before: iptables("-A FORWARD -p tcp --dport 25 -j ACCEPT"),
    after: iptables(
      "-A FORWARD -m connlabel --label 1 --set",
      "-A FORWARD -p tcp --dport 25 -j ACCEPT",
    ),
    equal: "undecided",
    why: "`--set` writes the label (connlabel_mt), which earlier packets may have set already",
  },
  {
    name: "a match that labels connections, before one that asks for the label",
    before: iptables(
      "-A FORWARD -m connlabel --label 1 --set",
      "-A FORWARD -m connlabel --label 1 -j DROP",
    ),
    after: iptables("-A FORWARD -m connlabel --label 1 --set -j DROP"),
    equal: true,
    why: "what is set is found set",
  },
  {
    name: "a match that gives packets the mark of their socket",
    before: iptables("-A INPUT -p tcp --dport 25 -j ACCEPT"),
    after: iptables("-A INPUT -m socket --restore-skmark", "-A INPUT -p tcp --dport 25 -j ACCEPT"),
    equal: "undecided",
    why: "`--restore-skmark` writes the mark (xt_socket)",
  },
  {
    name: "bytes without a name are written in another header",
    before: forward("@ih,0,8 set 1"),
    after: forward("@ll,0,8 set 1"),
    equal: "undecided",
    why: "one is behind the ports, the other is the frame's",
  },
  {
    name: "other bytes without a name are written",
    before: forward("@ih,0,8 set 1"),
    after: forward("@ih,8,8 set 1"),
    equal: "undecided",
    why: "the one beside it",
  },
  {
    name: "raw bytes of an option asked for before and behind its removal",
    before: forward("reset tcp option maxseg\ntcp option @2,16,16 5 drop"),
    after: forward("tcp option @2,16,16 5 drop\nreset tcp option maxseg"),
    equal: false,
    why: "behind it the option is not there",
  },
  {
    name: "raw bytes where options stand, before and behind the removal of one",
    before: forward("reset tcp option maxseg\n@th,160,32 5 drop"),
    after: forward("@th,160,32 5 drop\nreset tcp option maxseg"),
    equal: "undecided",
    why: "its bytes are padding by then",
  },
  {
    name: "a hash of an address before and behind its rewrite",
    before: forward("meta mark set jhash ip saddr mod 4\nip saddr set 192.0.2.1"),
    after: forward("ip saddr set 192.0.2.1\nmeta mark set jhash ip saddr mod 4"),
    equal: "undecided",
    why: "the hash is another address's",
  },
  {
    name: "a program on the bytes of a packet before and behind a rewrite",
    before: mangled('-m bpf --bytecode "1,6 0 0 1" -j DROP', "-j DSCP --set-dscp 5"),
    after: mangled("-j DSCP --set-dscp 5", '-m bpf --bytecode "1,6 0 0 1" -j DROP'),
    equal: false,
    why: "it may read what was written",
  },
  {
    name: "raw bytes of the frame, and everything",
    before: forward("@ll,0,8 5 drop"),
    after: forward("drop"),
    equal: false,
    why: "other frames pass",
  },
  {
    name: "another value of raw bytes behind the ports",
    before: forward("@ih,0,8 5 drop"),
    after: forward("@ih,0,8 6 drop"),
    equal: false,
    why: "values exclude each other",
  },
  {
    name: "some bits of raw bytes of the frame",
    before: forward("@ll,0,8 & 1 == 1 drop"),
    after: forward("@ll,0,8 & 2 == 2 drop"),
    equal: false,
    why: "each asks for another bit",
  },
  {
    name: "what comes behind a transparent proxy",
    before: table(
      chain(
        "p",
        "prerouting priority -150",
        "tcp dport 80 tproxy to :50080 accept\ntcp dport 80 drop",
      ),
      "ip",
    ),
    after: table(
      chain("p", "prerouting priority -150", "tcp dport 80 tproxy to :50080 accept"),
      "ip",
    ),
    equal: false,
    why: "where no such socket listens, the rule is left and the next one asked",
  },
];

/** For diff alone: the lab sends no TCP options, and has no accounts. */
export const UNPLAYED: readonly HostilePair[] = [
  {
    name: "a TCP option is taken out",
    before: forward("tcp dport 25 accept"),
    after: forward("reset tcp option fastopen\ntcp dport 25 accept"),
    equal: false,
    why: "the option arrives on one side alone (nft_exthdr_tcp_strip_eval)",
  },
  {
    name: "another TCP option is taken out",
    before: forward("reset tcp option sack-perm"),
    after: forward("reset tcp option timestamp"),
    equal: false,
    why: "each has its own bytes",
  },
  {
    name: "an account, which may have a quota",
    before: iptables("-A FORWARD -j DROP"),
    after: iptables("-A FORWARD -m nfacct --nfacct-name a -j DROP"),
    equal: false,
    why: "beyond its quota alone the match is one (nfacct_mt)",
  },
];
