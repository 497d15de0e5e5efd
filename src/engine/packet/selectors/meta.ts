import type { UnknownKind } from "../../device/expression.ts";
import type { SelectorRow, ValueType } from "./row.ts";

interface Options {
  readonly absent?: "zero";
  readonly unknown?: UnknownKind;
  readonly writable?: true;
  readonly iptables?: readonly string[];
}

function meta(key: string, width: number, type: ValueType, options: Options = {}): SelectorRow {
  return {
    id: UNQUALIFIED.has(key) ? key : `meta ${key}`,
    width,
    type,
    source: { kind: "meta", key },
    needs: [],
    absent: options.absent ?? "noMatch",
    unknown: options.unknown ?? null,
    writable: options.writable ?? false,
    iptables: options.iptables ?? [],
  };
}

/** Keys that `nft list ruleset` prints without `meta`. */
const UNQUALIFIED = new Set([
  "iif",
  "iifname",
  "iiftype",
  "oif",
  "oifname",
  "oiftype",
  "iifgroup",
  "oifgroup",
]);

/** What the kernel knows about a packet besides its bytes. */
export const META_ROWS: readonly SelectorRow[] = [
  meta("nfproto", 8, "nf_proto"),
  meta("l4proto", 8, "inet_proto", { iptables: ["-p", "ipv6header"] }),
  meta("protocol", 16, "ether_type"),
  meta("length", 32, "integer", { iptables: ["length --length"] }),
  meta("mark", 32, "mark", { writable: true, iptables: ["mark --mark"] }),
  meta("priority", 32, "classid", { writable: true }),
  meta("nftrace", 1, "integer", { writable: true }),
  meta("broute", 8, "boolean", { writable: true }),
  /** Empty in output, so `iifname != "eth0"` matches there (measured). */
  meta("iifname", 128, "ifname", { absent: "zero", iptables: ["-i"] }),
  meta("oifname", 128, "ifname", { absent: "zero", iptables: ["-o"] }),
  /** Held by name: the index is looked up when the rule is loaded. */
  meta("iif", 128, "iface_index", { absent: "zero" }),
  meta("oif", 128, "iface_index", { absent: "zero" }),
  meta("iiftype", 16, "iface_type"),
  meta("oiftype", 16, "iface_type"),
  meta("iifgroup", 32, "devgroup", { iptables: ["devgroup --src-group"] }),
  meta("oifgroup", 32, "devgroup", { iptables: ["devgroup --dst-group"] }),
  meta("ibrname", 128, "ifname"),
  meta("obrname", 128, "ifname"),
  /** Bridge ports of a bridged frame in the chains of IP; absent for packets that are routed. */
  meta("iphysname", 128, "ifname", { iptables: ["physdev --physdev-in"] }),
  meta("ophysname", 128, "ifname", { iptables: ["physdev --physdev-out"] }),
  meta("ibrpvid", 16, "integer", { unknown: "moment" }),
  meta("ibrvproto", 16, "ether_type", { unknown: "moment" }),
  meta("iifkind", 128, "ifname", { unknown: "moment" }),
  meta("oifkind", 128, "ifname", { unknown: "moment" }),
  meta("sdif", 32, "iface_index", { unknown: "moment" }),
  meta("sdifname", 128, "ifname", { unknown: "moment" }),
  /** Known for own packets only; kernel packets have no owner, so `!=` does not match (measured). */
  meta("skuid", 32, "uid", { iptables: ["owner --uid-owner"] }),
  meta("skgid", 32, "gid", { iptables: ["owner --gid-owner"] }),
  meta("pkttype", 8, "pkt_type", { writable: true, iptables: ["pkttype --pkt-type"] }),
  meta("rtclassid", 32, "realm", { unknown: "moment", iptables: ["realm --realm"] }),
  meta("secmark", 32, "integer", { unknown: "moment", writable: true }),
  meta("cgroup", 32, "integer", { unknown: "moment", iptables: ["cgroup --cgroup"] }),
  meta("cpu", 32, "integer", { unknown: "moment", iptables: ["cpu --cpu"] }),
  meta("ipsec", 8, "boolean", { unknown: "moment", iptables: ["policy --pol"] }),
  meta("random", 32, "integer", { unknown: "stateful" }),
  meta("time", 64, "time", { unknown: "moment", iptables: ["time --datestart"] }),
  meta("day", 8, "day", { unknown: "moment", iptables: ["time --weekdays"] }),
  meta("hour", 32, "hour", { unknown: "moment", iptables: ["time --timestart"] }),
];
