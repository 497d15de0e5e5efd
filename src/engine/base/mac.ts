/** The value of a MAC address (`00:11:22:33:44:55`), or null where `text` is none. */
export function parseMac(text: string): bigint | null {
  if (!/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$/.test(text)) return null;
  return text.split(":").reduce((value, part) => (value << 8n) | BigInt(`0x${part}`), 0n);
}

export function formatMac(value: bigint): string {
  const bytes = [40n, 32n, 24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n);
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
