import { parseIpv4, parseIpv6 } from "../../base/address.ts";

/** An address of either family, or null. */
export function parseAddress(text: string): { family: "ip" | "ip6"; value: bigint } | null {
  const v4 = parseIpv4(text);
  if (v4 !== null) return { family: "ip", value: v4 };
  const v6 = parseIpv6(text);
  return v6 === null ? null : { family: "ip6", value: v6 };
}
