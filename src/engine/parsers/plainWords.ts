import type { Range } from "../base/range.ts";

/* Words that big rulesets are full of, read by their letters: a pattern for each of them took longer than all the rest. */

const POINT = 46;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const BYTES = 4;
const ADDRESS_BITS = 32;

/** `10.0.0.0/8` or an address; null: it is written in another way. A zero in front makes it octal to some tools. */
export function readPlainIpv4(text: string): Range | null {
  let value = 0;
  let bytes = 0;
  let byte = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      if (digits > 0 && byte === 0) return null;
      byte = byte * 10 + code - ZERO;
      if (++digits > 3 || byte > 255) return null;
    } else if (digits === 0 || (code !== POINT && code !== SLASH)) return null;
    else {
      value = value * 256 + byte;
      bytes++;
      byte = 0;
      digits = 0;
      if (code === POINT) continue;
      const length = readPlainNumber(text, at + 1, text.length, ADDRESS_BITS);
      return length < 0 || bytes !== BYTES ? null : prefix(value, length);
    }
  }
  return digits > 0 && bytes === BYTES - 1 ? prefix(value * 256 + byte, ADDRESS_BITS) : null;
}

function prefix(value: number, length: number): Range {
  const size = 2 ** (ADDRESS_BITS - length);
  const from = value - (value % size);
  return { from: BigInt(from), to: BigInt(from + size - 1) };
}

const MOST_PORT = 65_535;

/** `25`, or two ports with `dash` between them; null: it is written in another way. */
export function readPlainPorts(text: string, dash: "-" | ":"): Range | null {
  const at = text.indexOf(dash);
  const from = readPlainNumber(text, 0, at < 0 ? text.length : at, MOST_PORT);
  const to = at < 0 ? from : readPlainNumber(text, at + 1, text.length, MOST_PORT);
  return from < 0 || to < from ? null : { from: BigInt(from), to: BigInt(to) };
}

/** The number between two places of a text, at most `most`; -1: there is none. */
function readPlainNumber(text: string, from: number, to: number, most: number): number {
  if (from >= to) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE || (at > from && value === 0)) return -1;
    value = value * 10 + code - ZERO;
    if (value > most) return -1;
  }
  return value;
}
