const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["ip", 0],
  ["icmp", 1],
  ["igmp", 2],
  ["tcp", 6],
  ["udp", 17],
  ["dccp", 33],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["ipv6-icmp", 58],
  ["ospf", 89],
  ["sctp", 132],
  ["udplite", 136],
]);
const SERVICES: ReadonlyMap<string, number> = new Map([
  ["ssh", 22],
  ["smtp", 25],
  ["domain", 53],
  ["http", 80],
  ["ntp", 123],
  ["https", 443],
]);
/** stub until base/names is there */
export function serviceNumber(name: string, _protocol: string | null): number | null {
  return SERVICES.get(name) ?? null;
}
export function protocolNumber(name: string): number | null {
  return PROTOCOLS.get(name) ?? null;
}
