import type { SelectorRow, ValueType } from "./row.ts";

function moment(
  id: string,
  width: number,
  type: ValueType,
  source: SelectorRow["source"],
  iptables: readonly string[] = [],
): SelectorRow {
  return {
    id,
    width,
    type,
    source,
    needs: [],
    absent: "noMatch",
    unknown: "moment",
    writable: false,
    iptables,
  };
}

/** Routes, sockets and transformations: they depend on the moment, not on the packet alone. */
export const OTHER_ROWS: readonly SelectorRow[] = [
  moment("rt classid", 32, "realm", { kind: "route", key: "classid" }),
  moment("rt ip nexthop", 32, "ipv4_addr", { kind: "route", key: "ip nexthop" }),
  moment("rt ip6 nexthop", 128, "ipv6_addr", { kind: "route", key: "ip6 nexthop" }),
  moment("rt mtu", 16, "integer", { kind: "route", key: "mtu" }),
  moment("rt ipsec", 1, "boolean", { kind: "route", key: "ipsec" }, ["policy --dir"]),
  moment("socket transparent", 1, "boolean", { kind: "socket", key: "transparent" }, [
    "socket --transparent",
  ]),
  moment("socket mark", 32, "mark", { kind: "socket", key: "mark" }),
  moment("socket wildcard", 1, "boolean", { kind: "socket", key: "wildcard" }, [
    "socket --nowildcard",
  ]),
  moment("socket cgroupv2", 64, "cgroupsv2", { kind: "socket", key: "cgroupv2" }, [
    "cgroup --path",
  ]),
];
