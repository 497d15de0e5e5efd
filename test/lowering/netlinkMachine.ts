import { maximum, type Range } from "../../src/engine/base/range.ts";
import { comparison, narrow, type Term, termText } from "./canonical.ts";

export interface DumpedElement {
  readonly key: readonly string[];
  readonly keyEnd: readonly string[] | null;
  readonly data: string;
  readonly flags: number;
  readonly interval: boolean;
}

export interface Slot {
  readonly term: Term;
  readonly bytes: number;
  /** True: first byte is the most significant one. */
  readonly big: boolean;
  /** A constant instead of something read. */
  readonly constant: readonly string[] | null;
}

export class Machine {
  readonly slots = new Map<number, Slot>();
  readonly lines: string[] = [];
  /** A comparison with a lower end, whose upper end may follow. */
  opened: { readonly slot: Slot; readonly from: bigint } | null = null;

  /** What has a lower end only goes up to the greatest value. */
  close(): void {
    if (this.opened === null) return;
    const { slot, from } = this.opened;
    this.opened = null;
    this.lines.pop();
    this.lines.push(...compared(slot, false, [{ from, to: maximum(slot.term.width) }]));
  }

  put(register: number, slot: Slot): void {
    this.slots.set(slotOf(register), slot);
  }

  get(register: number): Slot {
    const slot = this.slots.get(slotOf(register));
    if (slot === undefined) throw new Error(`nothing in register ${register}`);
    return slot;
  }

  /** The registers that follow each other from this one. */
  run(register: number): Slot[] {
    const found: Slot[] = [];
    let at = slotOf(register);
    for (;;) {
      const slot = this.slots.get(at);
      if (slot === undefined) return found;
      found.push(slot);
      at += Math.ceil(slot.bytes / 4);
    }
  }
}

export function slotOf(register: number): number {
  return register <= 4 ? (register - 1) * 4 : register - 8;
}

export function bytesOf(words: readonly string[], length: number): number[] {
  const bytes = words.flatMap((word) => {
    const hex = word.replace(/^0x/, "").padStart(8, "0");
    return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  });
  return bytes.slice(0, length);
}

export function wordsValue(words: readonly string[], slot: Slot): bigint {
  const bytes = bytesOf(words, slot.bytes);
  if (!slot.big) bytes.reverse();
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Masks on what was read become narrower fields or masks of the term, at the end. */
export function tidy(slot: Slot): { readonly term: Term; readonly shift: number } {
  const mask = /^&([0-9a-f]+)\^0(?:>>(\d+))?$/.exec(slot.term.steps);
  if (mask === null) return { term: slot.term, shift: 0 };
  const plain = { ...slot.term, steps: "" };
  const narrowed = narrow(plain, BigInt(`0x${mask[1]}`));
  if (mask[2] === undefined) return narrowed;
  if (narrowed.shift === Number(mask[2])) return { term: narrowed.term, shift: 0 };
  return { term: slot.term, shift: 0 };
}

export function compared(slot: Slot, negated: boolean, ranges: readonly Range[]): string[] {
  const { term: tidied, shift } = tidy(slot);
  return comparison(
    tidied,
    negated,
    ranges.map(({ from, to }) => ({ from: roundedUp(from, shift), to: to >> BigInt(shift) })),
  );
}

/** `> 8` of a shifted field is told as the next value of the whole byte. */
export function roundedUp(value: bigint, shift: number): bigint {
  const step = 1n << BigInt(shift);
  return (value + step - 1n) / step;
}

export function compare(
  machine: Machine,
  operator: string,
  register: number,
  words: string[],
): void {
  const slot = machine.get(register);
  const name = slot.term.source.kind === "name" ? slot.term.source.name : "";
  if (isInterfaceName(name) && words.length < 4) {
    const bytes = bytesOf(words, 16);
    while (bytes.at(-1) === 0) bytes.pop();
    const fill = (byte: number) =>
      [...bytes, ...new Array<number>(16 - bytes.length).fill(byte)].reduce(
        (v, b) => (v << 8n) | BigInt(b),
        0n,
      );
    machine.lines.push(...compared(slot, operator === "neq", [{ from: fill(0), to: fill(255) }]));
    return;
  }
  const value = wordsValue(words, slot);
  const top = maximum(slot.term.width);
  const last = machine.lines.at(-1);
  const open = `${termText(slot.term)} from ${value.toString(16)}`;
  switch (operator) {
    case "eq":
      machine.lines.push(...compared(slot, false, [{ from: value, to: value }]));
      return;
    case "neq":
      machine.lines.push(...compared(slot, true, [{ from: value, to: value }]));
      return;
    case "lt":
      machine.lines.push(...compared(slot, false, [{ from: 0n, to: value - 1n }]));
      return;
    case "gt":
      machine.lines.push(...compared(slot, false, [{ from: value + 1n, to: top }]));
      return;
    case "gte":
      machine.lines.push(`${open} up`);
      machine.opened = { slot, from: value };
      return;
    case "lte": {
      const from = /^(.*) from ([0-9a-f]+) up$/.exec(last ?? "");
      if (from !== null && from[1] === termText(slot.term)) {
        machine.lines.pop();
        machine.opened = null;
        machine.lines.push(...compared(slot, false, [{ from: BigInt(`0x${from[2]}`), to: value }]));
      } else machine.lines.push(...compared(slot, false, [{ from: 0n, to: value }]));
      return;
    }
    default:
      machine.lines.push(`cmp ${operator}`);
  }
}

export const INTERFACE_NAMES =
  /^(meta load (iifname|oifname|sdifname|ibrname|obrname|bri_iifname|bri_oifname|iifkind|oifkind)|fib .* oifname)$/;

export function isInterfaceName(name: string): boolean {
  return INTERFACE_NAMES.test(name);
}

export function isBigEndian(name: string): boolean {
  return (
    isInterfaceName(name) ||
    /^meta load (protocol|bri_iifvproto)$|^ct load (src|dst|src_ip|dst_ip|src_ip6|dst_ip6|proto_src|proto_dst|helper)\b|^exthdr load|^rt load nexthop|^rt load nexthop6|^xfrm load .* (s|d)addr/.test(
      name,
    )
  );
}

export function bytesRead(name: string): number {
  if (isInterfaceName(name)) return 16;
  const exthdr = /^exthdr load \S+ (\d+)b @/.exec(name);
  if (exthdr !== null) return name.includes("present") ? 1 : Number(exthdr[1]);
  if (/^meta load (nfproto|l4proto|pkttype|secpath|day)$/.test(name)) return 1;
  if (/^ct load (direction|l3protocol|protocol)\b/.test(name)) return 1;
  if (/^meta load (protocol|iiftype|oiftype|bri_iifpvid|bri_iifvproto)$/.test(name)) return 2;
  if (/^ct load (zone|proto_src|proto_dst)\b|^rt load tcpmss/.test(name)) return 2;
  if (/^meta load time$|^ct load (bytes|packets|avgpkt)|^socket load cgroup/.test(name)) return 8;
  if (/^ct load (label|src_ip6|dst_ip6|helper)|nexthop6/.test(name)) return 16;
  if (
    /^fib .* present$|^socket load (transparent|wildcard)|^rt load ipsec|^xfrm .*addr6/.test(name)
  )
    return 1;
  return 4;
}
