import { formatIpv4, formatIpv6, prefixLength } from "../base/address.ts";
import { formatInterfaceName, INTERFACE_NAME_BYTES } from "../base/interfaceName.ts";
import { formatMac } from "../base/mac.ts";
import { protocolName } from "../base/names/protocols.ts";
import type { Range } from "../base/range.ts";
import type { ValueType } from "../packet/selectors/index.ts";
import { nameOf } from "./names.ts";

/** How a value is written: its type and its width in bits. */
export interface Form {
  /** `raw`: bits that no selector names. */
  readonly type: ValueType | "raw";
  readonly width: number;
}

/** Types whose values are sums of flags. */
const FLAG_TYPES: ReadonlySet<Form["type"]> = new Set<Form["type"]>([
  "tcp_flag",
  "ct_state",
  "ct_status",
  "ct_label",
  "ct_event",
]);

export function isFlags({ type }: Form): boolean {
  return FLAG_TYPES.has(type);
}

/** One value, as nft lists it. */
export function valueText(value: bigint, form: Form): string {
  const { type, width } = form;
  switch (type) {
    case "ipv4_addr":
      return formatIpv4(value);
    case "ipv6_addr":
      return ipv6Text(value);
    case "ether_addr":
      return formatMac(value);
    case "inet_proto":
      return protocolName(Number(value)) ?? String(value);
    case "devgroup":
      return deviceGroup(value);
    case "raw":
      return `0x${value.toString(16)}`;
    case "iface_index":
      return value === 0n ? "0" : `"${formatInterfaceName(value)}"`;
    case "ifname":
    case "string":
      return `"${formatInterfaceName(value)}"`;
    case "mark":
      return hexadecimal(value, width);
    case "classid":
      return classText(value);
    case "ether_type":
    case "realm":
      return nameOf(type, value) ?? hexadecimal(value, width);
    case "day":
      return `"${capital(nameOf(type, value) ?? String(value))}"`;
    case "hour":
      return `"${hourText(Number(value))}"`;
    case "time":
      return width === DATE_WIDTH ? `"${dateText(value)}"` : durationText(Number(value) * 1_000);
    default:
      return isFlags(form) ? flagsText(value, form) : (nameOf(type, value) ?? String(value));
  }
}

/** Dates are nanoseconds in 64 bits, durations seconds in 32. */
const DATE_WIDTH = 64;

const MAPPED = 0xffffn;
/** Above it the lowest 32 bits alone are an address of IPv4 to the C library (inet_ntop of glibc). */
const LOWEST_COMPATIBLE = 0x10000n;

/** Addresses of IPv4 within those of IPv6 end with dots. */
function ipv6Text(value: bigint): string {
  const upper = value >> 32n;
  const four = formatIpv4(value & 0xffffffffn);
  if (upper === MAPPED) return `::ffff:${four}`;
  return upper === 0n && value >= LOWEST_COMPATIBLE ? `::${four}` : formatIpv6(value);
}

function deviceGroup(value: bigint): string {
  const name = nameOf("devgroup", value);
  return name === null ? String(value) : `"${name}"`;
}

function hexadecimal(value: bigint, width: number): string {
  return `0x${value.toString(16).padStart(Math.ceil(width / 4), "0")}`;
}

/** TC_H_ROOT of the kernel. */
const ROOT_CLASS = 0xffffffffn;

function classText(value: bigint): string {
  if (value === 0n) return "none";
  if (value === ROOT_CLASS) return "root";
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

function hourText(seconds: number): string {
  const parts = [seconds / 3_600, (seconds / 60) % 60].map((part) => twoDigits(Math.floor(part)));
  return seconds % 60 === 0
    ? parts.join(":")
    : [...parts, twoDigits(Math.floor(seconds % 60))].join(":");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

function dateText(nanoseconds: bigint): string {
  const iso = new Date(Number(nanoseconds / 1_000_000n)).toISOString();
  return iso.slice(0, 19).replace("T", " ");
}

/** Flags from the lowest bit on, by comma. */
function flagsText(value: bigint, { type, width }: Form): string {
  if (value === 0n) return "0x0";
  const names: string[] = [];
  for (let bit = 0n; bit < BigInt(width); bit++) {
    const flag = 1n << bit;
    if ((value & flag) === 0n) continue;
    names.push(
      nameOf(type, flag) ?? (type === "ct_label" ? String(bit) : `0x${flag.toString(16)}`),
    );
  }
  return names.join(",");
}

/** Types whose blocks are written with the length of their prefix. */
const PREFIXED: ReadonlySet<Form["type"]> = new Set(["ipv4_addr", "ipv6_addr", "mark"]);

/** A range as nft lists it: a value, a prefix, a stem with a star, or both ends. */
export function rangeText(range: Range, form: Form): string {
  const { from, to } = range;
  if (from === to) return valueText(from, form);
  if (form.type === "ifname") return `"${stemOf(range)}*"`;
  const length = PREFIXED.has(form.type) ? prefixLength(range, form.width) : null;
  if (length !== null) return `${valueText(from, form)}/${length}`;
  return bothEnds(range, form);
}

/** The same, but never as a prefix. */
export function bothEnds({ from, to }: Range, form: Form): string {
  if (form.type === "inet_proto") return `${from}-${to}`;
  return `${valueText(from, form)}-${valueText(to, form)}`;
}

function stemOf({ from, to }: Range): string {
  let shared = 0;
  while (shared < INTERFACE_NAME_BYTES && byteOf(from, shared) === byteOf(to, shared)) shared++;
  return formatInterfaceName(from).slice(0, shared);
}

function byteOf(value: bigint, index: number): bigint {
  return (value >> BigInt(8 * (INTERFACE_NAME_BYTES - 1 - index))) & 255n;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** `1d2h3m4s500ms`. */
export function durationText(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds));
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}
