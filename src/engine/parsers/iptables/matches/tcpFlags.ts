/** Bits of the flags byte by their names in iptables (RFC 9293 section 3.1). */
const FLAGS: ReadonlyMap<string, bigint> = new Map([
  ["FIN", 0x01n],
  ["SYN", 0x02n],
  ["RST", 0x04n],
  ["PSH", 0x08n],
  ["ACK", 0x10n],
  ["URG", 0x20n],
  /** The six old flags: ECE and CWR are not in it (measured). */
  ["ALL", 0x3fn],
  ["NONE", 0n],
]);

/** Bits of a list such as `SYN,ACK`, or null. */
export function parseTcpFlags(text: string): bigint | null {
  let bits = 0n;
  for (const name of text.split(",")) {
    if (name === "") continue;
    const flag = FLAGS.get(name.toUpperCase());
    if (flag === undefined) return null;
    bits |= flag;
  }
  return bits;
}
