/** Flag bits of byte 13 of the TCP header (RFC 9293), with both spellings of ECE. */
export const TCP_FLAGS: ReadonlyMap<string, bigint> = new Map([
  ["fin", 1n],
  ["syn", 2n],
  ["rst", 4n],
  ["psh", 8n],
  ["ack", 16n],
  ["urg", 32n],
  ["ecn", 64n],
  ["ece", 64n],
  ["cwr", 128n],
]);

/** The sum of the flags named in `text` (`syn,ack`; `none` is 0), or null. */
export function parseFlags(text: string, names: ReadonlyMap<string, bigint>): bigint | null {
  if (text === "none") return 0n;
  let value = 0n;
  for (const name of text.split(",")) {
    const bit = names.get(name.toLowerCase());
    if (bit === undefined) return null;
    value |= bit;
  }
  return value;
}
