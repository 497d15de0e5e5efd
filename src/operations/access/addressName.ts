import { isIPv6 } from "node:net";

/** Groups of an IPv6 address that name a network: each host has 2^64 addresses in its own /64 (RFC 4291, 2.5.4). */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/** What attempts from an address are counted under: the address of IPv4, the network of IPv6. */
export function addressName(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(address)) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").toLowerCase().split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [before, behind] = [groups(head), groups(tail ?? "")];
  const missing = tail === undefined ? 0 : Math.max(0, GROUPS - before.length - behind.length);
  const all = [...before, ...Array.from({ length: missing }, () => "0"), ...behind];
  const network = all.slice(0, NETWORK_GROUPS).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${network.join(":")}::/64`;
}
