import { prefixLength } from "../../src/engine/base/address.ts";
import { maximum, normalizeRanges, type Range } from "../../src/engine/base/range.ts";

/** What is compared: bits of the packet, or something with a name. */
export type Source =
  | { readonly kind: "payload"; readonly base: string; readonly offset: number }
  | { readonly kind: "name"; readonly name: string };

/** A source with its width in bits, and what was done to it. */
export interface Term {
  readonly source: Source;
  readonly width: number;
  readonly mask: bigint | null;
  /** Further operations, in words. */
  readonly steps: string;
}

export function term(source: Source, width: number): Term {
  return { source, width, mask: null, steps: "" };
}

/** A mask of adjacent bits of the packet is a narrower field; `shift` bits fall off to its right. */
export function narrow(value: Term, mask: bigint): { readonly term: Term; readonly shift: number } {
  const { source, width } = value;
  if (value.steps !== "") return { term: { ...value, steps: `${value.steps}&${mask}` }, shift: 0 };
  const whole = value.mask === null ? mask : value.mask & mask;
  if (source.kind === "payload" && whole !== 0n) {
    let shift = 0;
    while (((whole >> BigInt(shift)) & 1n) === 0n) shift++;
    const bits = (whole >> BigInt(shift)).toString(2);
    if (!bits.includes("0") && value.mask === null) {
      const offset = source.offset + width - shift - bits.length;
      return { term: term({ ...source, offset }, bits.length), shift };
    }
  }
  return { term: { ...value, mask: whole === maximum(width) ? null : whole }, shift: 0 };
}

export function termText(value: Term): string {
  const { source } = value;
  const name = source.kind === "name" ? source.name : `${source.base}+${source.offset}`;
  const width = source.kind === "payload" ? `/${value.width}` : "";
  const mask = value.mask === null ? "" : `&${value.mask.toString(16)}`;
  return `${name}${width}${mask}${value.steps}`;
}

/** A comparison in one form, whichever of eq, mask, gte/lte, range or set it was written with. */
export function comparison(written: Term, negated: boolean, given: readonly Range[]): string[] {
  const [value, ranges] = withoutPrefixMask(written, normalizeRanges(given));
  const [only] = ranges;
  const { source, width, mask, steps } = value;
  const isPlain = source.kind === "payload" && mask === null && steps === "";
  const length = only === undefined || ranges.length > 1 ? null : prefixLength(only, width);
  if (only !== undefined && length !== null && isPlain) {
    if (length === 0 && !negated) return [`any ${termText(value)}`];
    if (!negated) return bits(source, width, length, only.from);
    const field = `${source.base}+${source.offset}/${length}`;
    return [`${field} not in {${(only.from >> BigInt(width - length)).toString(16)}}`];
  }
  const text = ranges.map(rangeText).join(",");
  return [`${termText(value)} ${negated ? "not in" : "in"} {${text}}`];
}

/** Comparing the first bits alone is asking for a range. */
function withoutPrefixMask(value: Term, ranges: readonly Range[]): [Term, readonly Range[]] {
  const { mask, width, steps } = value;
  if (mask === null || steps !== "" || ranges.some(({ from, to }) => from !== to))
    return [value, ranges];
  const rest = maximum(width) ^ mask;
  if ((rest & (rest + 1n)) !== 0n) return [value, ranges];
  const wider = ranges.map(({ from }) => ({ from, to: from | rest }));
  return [{ ...value, mask: null }, normalizeRanges(wider)];
}

function bits(
  source: Extract<Source, { kind: "payload" }>,
  width: number,
  length: number,
  value: bigint,
): string[] {
  return Array.from({ length }, (_, i) => {
    const bit = (value >> BigInt(width - 1 - i)) & 1n;
    return `${source.base}+${source.offset + i}=${bit}`;
  });
}

/** What `(x & and) ^ xor` does to a value. */
export function maskText(and: bigint, xor: bigint): string {
  return `&${and.toString(16)}^${xor.toString(16)}`;
}

export function rangeText({ from, to }: Range): string {
  return from === to ? from.toString(16) : `${from.toString(16)}-${to.toString(16)}`;
}
