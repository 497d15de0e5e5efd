import type { UnknownKind } from "../../device/expression.ts";
import type { SelectorRow, ValueType } from "./row.ts";

interface Options {
  readonly absent?: "zero";
  readonly unknown?: UnknownKind;
  readonly writable?: true;
  readonly iptables?: readonly string[];
}

function row(
  key: string,
  direction: "original" | "reply" | null,
  width: number,
  type: ValueType,
  options: Options = {},
): SelectorRow {
  return {
    id: direction === null ? `ct ${key}` : `ct ${direction} ${key}`,
    width,
    type,
    source: { kind: "conntrack", key, direction },
    needs: [],
    absent: options.absent ?? "noMatch",
    unknown: options.unknown ?? null,
    writable: options.writable ?? false,
    iptables: options.iptables ?? [],
  };
}

/** Bits of `ct state`, as nf_tables numbers them. */
export const CT_STATE = {
  invalid: 1n,
  established: 2n,
  related: 4n,
  new: 8n,
  untracked: 64n,
} as const;

/** Bits of `ct status` (enum ip_conntrack_status). */
export const CT_STATUS = {
  expected: 1n,
  "seen-reply": 2n,
  assured: 4n,
  confirmed: 8n,
  snat: 16n,
  dnat: 32n,
  dying: 512n,
} as const;

const BOTH = ["original", "reply"] as const;

/** What connection tracking knows. Before its hook, and for untracked packets, nothing. */
export const CONNTRACK_ROWS: readonly SelectorRow[] = [
  /** Never absent: before conntrack it is `invalid` (measured). */
  row("state", null, 32, "ct_state", { iptables: ["state --state", "conntrack --ctstate"] }),
  row("direction", null, 8, "ct_dir", { iptables: ["conntrack --ctdir"] }),
  row("status", null, 32, "ct_status", {
    iptables: ["conntrack --ctstatus"],
  }),
  row("mark", null, 32, "mark", { writable: true, iptables: ["connmark --mark"] }),
  row("zone", null, 16, "integer", { writable: true }),
  row("expiration", null, 32, "time", {
    unknown: "moment",
    iptables: ["conntrack --ctexpire"],
  }),
  row("helper", null, 128, "string", { iptables: ["helper --helper"] }),
  row("label", null, 128, "ct_label", { writable: true, iptables: ["connlabel --label"] }),
  row("event", null, 32, "ct_event", { writable: true }),
  row("secmark", null, 32, "integer", { unknown: "moment", writable: true }),
  row("id", null, 32, "integer", { unknown: "moment" }),
  row("l3proto", null, 8, "nf_proto"),
  row("protocol", null, 8, "inet_proto", { iptables: ["conntrack --ctproto"] }),
  row("bytes", null, 64, "integer", { unknown: "stateful", iptables: ["connbytes --connbytes"] }),
  row("packets", null, 64, "integer", { unknown: "stateful", iptables: ["connbytes --connbytes"] }),
  row("avgpkt", null, 64, "integer", { unknown: "stateful", iptables: ["connbytes --connbytes"] }),
  ...BOTH.flatMap((direction) => [
    row("l3proto", direction, 8, "nf_proto"),
    row("protocol", direction, 8, "inet_proto"),
    row("ip saddr", direction, 32, "ipv4_addr", { iptables: ["conntrack --ctorigsrc"] }),
    row("ip daddr", direction, 32, "ipv4_addr", { iptables: ["conntrack --ctorigdst"] }),
    row("ip6 saddr", direction, 128, "ipv6_addr", { iptables: ["conntrack --ctorigsrc"] }),
    row("ip6 daddr", direction, 128, "ipv6_addr", { iptables: ["conntrack --ctorigdst"] }),
    row("proto-src", direction, 16, "inet_service", { iptables: ["conntrack --ctorigsrcport"] }),
    row("proto-dst", direction, 16, "inet_service", { iptables: ["conntrack --ctorigdstport"] }),
    row("zone", direction, 16, "integer", { writable: true }),
    row("bytes", direction, 64, "integer", { unknown: "stateful" }),
    row("packets", direction, 64, "integer", { unknown: "stateful" }),
    row("avgpkt", direction, 64, "integer", { unknown: "stateful" }),
  ]),
];
