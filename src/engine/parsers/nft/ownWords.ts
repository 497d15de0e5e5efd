import type { Token } from "./lexer.ts";
import { type Reader, spanOf } from "./reader.ts";
import { refuse, type ScriptState } from "./state.ts";

/** Words that nft 1.0.6 takes for its own wherever a name may stand (measured, each of them). */
const OWN_WORDS: ReadonlySet<string> = new Set(
  `
  accept add ah all and arp auto-merge bridge cgroup chain comment comp constant continue
  counter cpu create ct day dccp define delete describe device devices dnat drop dst dup
  dynamic ecn element elements eq esp ether exists expires export exthdr fib flags flow
  flowtable flush frag fwd gc-interval ge get goto gt handle hbh hook hour ibriport ibrname
  icmp icmpv6 igmp iif iifgroup iifname iiftype import include index inet insert interval ip
  ip6 ipsec jhash jump le limit list log lt map mark masquerade meta meter mh missing monitor
  ne netdev nftrace not notrack numgen obriport obrname offload oif oifgroup oifname oiftype
  or osf pkttype policy position priority queue quota random redefine redirect reject rename
  replace reset return rt rt0 rt2 rtclassid rule ruleset sctp secmark set size skgid skuid
  snat socket srh symhash synproxy table tcp th time timeout tproxy type typeof udp udplite
  undefine update vlan vmap xor xt
`
    .trim()
    .split(/\s+/),
);

/**
 * The name of something that is made here. JSON may use any name, and so may iptables: what it calls `reject` is
 * shown in a listing that nft does not load.
 */
export function newName(reader: Reader, state: ScriptState, what: string): Token {
  const name = reader.word(what);
  if (name.kind === "word" && !state.anyNames) refuseOwnWord(state, name);
  return name;
}

function refuseOwnWord(state: ScriptState, name: Token): void {
  if (!OWN_WORDS.has(name.text)) return;
  const message = `\`${name.text}\` is a word of nft's own, and no name`;
  refuse(state, "PM1083", message, spanOf(name), `call it otherwise, such as \`${name.text}_\``);
}
