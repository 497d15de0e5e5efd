import type { Range } from "./range.ts";

/** Bytes of an interface name with its closing NUL (IFNAMSIZ of Linux). */
export const INTERFACE_NAME_BYTES = 16;

/** Interface names are compared as 16 bytes, padded with zeros, as nftables does. */
export function interfaceNameValue(name: string): bigint {
  return nameBytes(name, 0);
}

/** All names that begin with `stem` (`eth*` in nft, `eth+` in iptables). */
export function interfaceNamePrefix(stem: string): Range {
  return { from: nameBytes(stem, 0), to: nameBytes(stem, 255) };
}

/** The name behind a value of 128 bits; what follows the first zero byte is ignored. */
export function formatInterfaceName(value: bigint): string {
  let name = "";
  for (let i = INTERFACE_NAME_BYTES - 1; i >= 0; i--) {
    const byte = Number((value >> BigInt(8 * i)) & 255n);
    if (byte === 0) break;
    name += String.fromCharCode(byte);
  }
  return name;
}

function nameBytes(name: string, padding: number): bigint {
  let value = 0n;
  for (let i = 0; i < INTERFACE_NAME_BYTES; i++) {
    const byte = i < name.length ? name.charCodeAt(i) & 255 : padding;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}
