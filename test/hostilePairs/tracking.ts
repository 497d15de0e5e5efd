import { chain, forward, type HostilePair, source, table } from "./notation.ts";

export const TRACKING: readonly HostilePair[] = [
  {
    name: "a fragment asked for behind defragmentation",
    before: table(
      chain(
        "f",
        "forward priority 0",
        "ct state established accept\nip frag-off & 0x1fff != 0 drop",
      ),
    ),
    after: table(chain("f", "forward priority 0", "ct state established accept")),
    equal: true,
    why: "connection tracking has put fragments together before forward",
  },
  {
    name: "notrack for what nobody asks the state of",
    before: table(
      chain("r", "prerouting priority raw", "") +
        chain("f", "forward priority 0", "ct state established accept"),
    ),
    after: table(
      chain("r", "prerouting priority raw", "udp dport 53 notrack") +
        chain("f", "forward priority 0", "ct state established accept"),
    ),
    equal: false,
    why: "the connection is not in the table, and its replies are not of it",
  },
  {
    name: "notrack behind tracking",
    before: forward("ct state new accept\nudp dport 53 notrack"),
    after: forward("ct state new accept"),
    equal: true,
    why: "what has a connection keeps it, and what is invalid passes either way",
  },
  {
    name: "what is invalid becomes untracked by notrack",
    before: forward("notrack\nct state untracked drop"),
    after: forward("ct state invalid,untracked drop"),
    equal: true,
    why: "an invalid packet has no connection, so notrack still marks it",
  },
  {
    name: "notrack before a rule that asks for what is untracked",
    before: forward("ct state untracked drop"),
    after: forward("notrack\nct state untracked drop"),
    equal: false,
    why: "an invalid packet becomes untracked even behind tracking",
  },
  {
    name: "notrack behind a zone",
    before: table(chain("r", "prerouting priority raw", "ct zone set 1\nudp dport 53 notrack")),
    after: table(chain("r", "prerouting priority raw", "ct zone set 1")),
    equal: true,
    why: "the zone hangs on the packet as a connection that is none, and notrack passes over it",
  },
  {
    name: "notrack before a zone",
    before: table(chain("r", "prerouting priority raw", "udp dport 53 notrack\nct zone set 1")),
    after: table(chain("r", "prerouting priority raw", "ct zone set 1")),
    equal: true,
    why: "the zone takes the place of the mark that nothing tracks the packet",
  },
  {
    name: "a second zone behind the first",
    before: table(
      chain(
        "r",
        "prerouting priority raw",
        "tcp dport 25 ct zone set 1\ntcp dport 25 ct zone set 2",
      ),
    ),
    after: table(chain("r", "prerouting priority raw", "tcp dport 25 ct zone set 1")),
    equal: true,
    why: "the packet has a zone already",
  },
  {
    name: "another zone of what comes in by one interface",
    before: table(
      chain("r", "prerouting priority raw", 'iifname "lab0" tcp dport 25 ct zone set 1'),
    ),
    after: table(
      chain("r", "prerouting priority raw", 'iifname "lab0" tcp dport 25 ct zone set 2'),
    ),
    equal: false,
    why: "connections of different zones do not know of each other",
  },
  {
    name: "a zone behind tracking",
    before: forward("ct state new accept"),
    after: forward("ct state new ct zone set 1\nct state new accept"),
    equal: true,
    why: "the packet has a connection already",
  },
  {
    name: "invalid packets that are put into a zone",
    before: forward("ct state invalid drop"),
    after: forward("ct zone set 1\nct state invalid drop"),
    equal: false,
    why: "who is in a zone and has no connection reads as new",
  },
  {
    name: "a zone in front of tracking that is asked for right behind",
    before: table(chain("r", "prerouting priority raw", "ct zone set 1\nct state new drop")),
    after: table(chain("r", "prerouting priority raw", "ct zone set 1\nct state invalid drop")),
    equal: false,
    why: "who is in a zone and has no connection reads as new",
  },
  {
    name: "invalid packets asked for behind a zone of all",
    before: forward("ct zone set 1"),
    after: forward("ct zone set 1\nct state invalid,untracked drop"),
    equal: true,
    why: "no packet is left that reads as invalid",
  },
  {
    name: "a chain of NAT that drops what hangs on a zone",
    before: `${forward("ct zone set 1")}${source("ct direction original accept")}`,
    after: `${forward("ct zone set 1")}${source("ct direction original accept\n  drop")}`,
    equal: false,
    why: "NAT is asked about it, as if it were the first of a connection",
  },
  {
    name: "another zone",
    before: table(chain("r", "prerouting priority raw", "tcp dport 25 ct zone set 1")),
    after: table(chain("r", "prerouting priority raw", "tcp dport 25 ct zone set 2")),
    equal: false,
    why: "connections of different zones do not know of each other",
  },
  {
    name: "the state asked before tracking",
    before: table(chain("r", "prerouting priority raw", "ct state new tcp dport 25 drop")),
    after: table(chain("r", "prerouting priority -150", "ct state new tcp dport 25 drop")),
    equal: false,
    why: "at priority raw no packet is new yet",
  },
];
