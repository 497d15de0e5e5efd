import { own } from "../../base/own.ts";
import type { ValueType } from "../../packet/selectors/index.ts";
import { beginRule } from "./context.ts";
import { parseKey } from "./expression.ts";
import type { Reader } from "./reader.ts";
import type { ScriptState } from "./state.ts";
import type { ValueForm } from "./values.ts";

/** Widths in bits of the types that a declaration can name. */
const WIDTHS: Readonly<Partial<Record<ValueType, number>>> = {
  ipv4_addr: 32,
  ipv6_addr: 128,
  ether_addr: 48,
  ether_type: 16,
  inet_proto: 8,
  inet_service: 16,
  mark: 32,
  ifname: 128,
  iface_index: 128,
  iface_type: 16,
  icmp_type: 8,
  icmp_code: 8,
  icmpv6_type: 8,
  icmpv6_code: 8,
  icmpx_code: 8,
  igmp_type: 8,
  tcp_flag: 8,
  dscp: 6,
  ecn: 2,
  nf_proto: 8,
  pkt_type: 8,
  uid: 32,
  gid: 32,
  ct_state: 32,
  ct_dir: 8,
  ct_status: 32,
  ct_label: 128,
  ct_event: 32,
  realm: 32,
  classid: 32,
  devgroup: 32,
  cgroupsv2: 64,
  time: 64,
  day: 8,
  hour: 32,
  fib_addrtype: 32,
  arp_op: 16,
  dccp_pkttype: 4,
  mh_type: 8,
  mptcp_subtype: 4,
  boolean: 8,
  integer: 32,
  string: 128,
};

export function widthOf(type: string): number {
  return own(WIDTHS, type) ?? 32;
}

/** Kinds of objects that a map may hold. */
export const OBJECT_TYPES: readonly string[] = [
  "counter",
  "quota",
  "limit",
  "ct",
  "secmark",
  "synproxy",
];

/** `ipv4_addr . inet_service`; the spelling of nft 0.9 (`iface_index`) is known too. */
export function parseTypes(reader: Reader): readonly ValueForm[] {
  const forms: ValueForm[] = [];
  do {
    const token = reader.word("a type such as ipv4_addr");
    const width = own(WIDTHS, token.text);
    if (width === undefined) {
      reader.unshift(token);
      throw reader.problem(
        `\`${token.text}\` is no type`,
        "write ipv4_addr, inet_service, ifname, mark, …",
      );
    }
    forms.push({ type: token.text as ValueType, width });
  } while (reader.accept("."));
  return forms;
}

/** `typeof ip saddr . tcp dport`: the types of the selectors. */
export function parseTypeof(reader: Reader, state: ScriptState): readonly ValueForm[] {
  const context = beginRule(state, reader, "inet");
  return parseKey(context).forms;
}

/** The types of a set's key, as words. */
export function typeNames(forms: readonly ValueForm[]): readonly string[] {
  return forms.map((form) => form.type);
}

export function formsOf(types: readonly string[], widths: readonly number[]): readonly ValueForm[] {
  return types.map((type, i) => ({ type: type as ValueType, width: widths[i] ?? 32 }));
}
