import { formatIpv4, formatIpv6 } from "../../base/address.ts";
import { formatInterfaceName, INTERFACE_NAME_BYTES } from "../../base/interfaceName.ts";
import { formatMac } from "../../base/mac.ts";
import type { Range } from "../../base/range.ts";
import { SELECTORS } from "./index.ts";
import type { ValueType } from "./row.ts";

/** A value or a range of the selector `id`, as people write it; numbers where it has no row. */
export function formatRange(id: string, { from, to }: Range): string {
  const type = SELECTORS.get(id)?.type ?? typeOfLabel(id);
  if (type === "ifname" || type === "iface_index") return formatNames(from, to);
  const first = formatOne(type, from);
  return from === to ? first : `${first}-${formatOne(type, to)}`;
}

/** Labels of fields that are read by their place, or that nobody knows yet (`oifname behind NAT`). */
function typeOfLabel(label: string): ValueType {
  return /^(meta )?[io]ifname\b/.test(label) ? "ifname" : "integer";
}

function formatOne(type: ValueType, value: bigint): string {
  switch (type) {
    case "ipv4_addr":
      return formatIpv4(value);
    case "ipv6_addr":
      return formatIpv6(value);
    case "ether_addr":
      return formatMac(value);
    case "mark":
      return `0x${value.toString(16)}`;
    default:
      return String(value);
  }
}

/** A range of names is a stem with a wildcard. */
function formatNames(from: bigint, to: bigint): string {
  if (from === to) return `"${formatInterfaceName(from)}"`;
  return `"${formatInterfaceName(from).slice(0, sharedBytes(from, to))}*"`;
}

/** All names that begin as the first and the last of a range both do; a single name stays alone. */
export function wildcardOf({ from, to }: Range): Range {
  if (from === to) return { from, to };
  const open = (1n << BigInt(8 * (INTERFACE_NAME_BYTES - sharedBytes(from, to)))) - 1n;
  return { from: from & ~open, to: to | open };
}

function sharedBytes(from: bigint, to: bigint): number {
  let shared = 0;
  while (shared < INTERFACE_NAME_BYTES && byteOf(from, shared) === byteOf(to, shared)) shared++;
  return shared;
}

function byteOf(value: bigint, index: number): bigint {
  return (value >> BigInt(8 * (INTERFACE_NAME_BYTES - 1 - index))) & 255n;
}
