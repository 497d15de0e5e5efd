/** Lanes of 32 bits: two different texts share a digest once in 2^128, far below any other doubt. */
const SEEDS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;
const FACTORS = [0x85ebca6b, 0xc2b2ae35, 0xcc9e2d51, 0x1b873593] as const;

/**
 * A short text for a long one that comes in parts: what names a million elements would take a hundred
 * megabytes. Multiplies and rotates as MurmurHash3 does (Appleby, public domain); not for secrets.
 */
export function digestOf(parts: Iterable<string>): string {
  let [a, b, c, d]: [number, number, number, number] = [...SEEDS];
  let length = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      a = mixed(a ^ code, FACTORS[0]);
      b = mixed(b + code, FACTORS[1]);
      c = mixed(c ^ (code * 31), FACTORS[2]);
      d = mixed(d + a, FACTORS[3]);
    }
    length += part.length;
    d = mixed(d ^ part.length, FACTORS[3]);
  }
  const lanes = [a, b ^ (a >>> 16), c ^ (b >>> 16), d].map((lane) => finished(lane).toString(16));
  return `${length}:${lanes.join("-")}`;
}

function mixed(lane: number, factor: number): number {
  const product = Math.imul(lane, factor);
  return (product << 13) | (product >>> 19);
}

function finished(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
