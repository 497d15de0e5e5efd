import { protocolNumber } from "../../base/names/protocols.ts";
import { type IpFamily, MAX_8, parseUnsigned } from "./values.ts";

/** Names that iptables knows by itself; they differ from /etc/protocols. */
const OWN_NAMES: ReadonlyMap<string, number> = new Map([
  ["tcp", 6],
  ["sctp", 132],
  ["udp", 17],
  ["udplite", 136],
  ["icmp", 1],
  ["icmpv6", 58],
  ["ipv6-icmp", 58],
  ["esp", 50],
  ["ah", 51],
  ["ipv6-mh", 135],
  ["mh", 135],
  ["all", 0],
]);

/** The number of a protocol by name or number; 0 is all of them. */
export function parseProtocol(text: string, _family: IpFamily): number | null {
  const number = parseUnsigned(text, MAX_8);
  if (number !== null) return Number(number);
  const name = text.toLowerCase();
  return OWN_NAMES.get(name) ?? protocolNumber(name);
}
