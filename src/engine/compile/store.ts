import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import type { HeaderLayout, Space } from "../packet/header/layout.ts";
import { bitsValue, mergedBits, overwritten, type Value } from "./value.ts";

/** A run of bits that something on the way has written. */
interface Slot {
  readonly space: Space;
  readonly from: number;
  readonly width: number;
  readonly value: Value;
}

/** Spaces that are no part of the packet's bytes. */
const REGISTERS: ReadonlySet<Space> = new Set<Space>([
  "mark",
  "ctmark",
  "value ct zone",
  "value ct label",
]);

/**
 * What rules have written so far, as functions of the packet as it came. Bits that nobody wrote are
 * the packet's own.
 */
export class Store {
  private readonly layout: HeaderLayout;
  private readonly arena: Arena;
  private slots: readonly Slot[] = [];
  /** Changes with every write: what was worked out under one version holds under it only. */
  version = 0;
  /** The same for the bytes of the packet alone. */
  headerVersion = 0;

  constructor(layout: HeaderLayout) {
    this.layout = layout;
    this.arena = layout.arena;
  }

  read(space: Space, from: number, width: number): Value {
    const touching = this.slots.filter((slot) => overlaps(slot, space, from, width));
    const [first] = touching;
    if (first === undefined) return bitsValue(this.layout.bits(space, from, width));
    if (touching.length === 1 && first.from === from && first.width === width) return first.value;
    const bits = Array.from({ length: width }, (_, i) => this.readBit(space, from + i));
    return bitsValue(bits);
  }

  /** The packets in `hit` get `written`. */
  write(space: Space, from: number, width: number, hit: Node, written: Value): void {
    if (hit === FALSE) return;
    this.version++;
    if (!REGISTERS.has(space)) this.headerVersion++;
    const touching = this.slots.filter((slot) => overlaps(slot, space, from, width));
    const exact = touching.every((slot) => slot.from === from && slot.width === width);
    if (exact) {
      const value = overwritten(this.arena, this.read(space, from, width), hit, written);
      this.replace(touching, [{ space, from, width, value }]);
      return;
    }
    const whole = mergedBits(
      this.arena,
      overwritten(this.arena, this.read(space, from, width), hit, written),
    );
    const begin = Math.min(from, ...touching.map((slot) => slot.from));
    const end = Math.max(from + width, ...touching.map((slot) => slot.from + slot.width));
    const single: Slot[] = [];
    for (let bit = begin; bit < end; bit++) {
      const node = whole?.[bit - from] ?? this.readBit(space, bit);
      single.push({ space, from: bit, width: 1, value: bitsValue([node]) });
    }
    this.replace(touching, single);
  }

  /** A copy: writes to one are not seen by the other. */
  fork(): Store {
    const copy = new Store(this.layout);
    copy.slots = this.slots;
    copy.version = this.version;
    copy.headerVersion = this.headerVersion;
    return copy;
  }

  /** Whether any bit of a space has been written. */
  isWritten(space: Space): boolean {
    return this.slots.some((slot) => slot.space === space);
  }

  private readBit(space: Space, bit: number): Node {
    const slot = this.slots.find((candidate) => overlaps(candidate, space, bit, 1));
    if (slot === undefined) return this.layout.bits(space, bit, 1)[0] ?? FALSE;
    return mergedBits(this.arena, slot.value)?.[bit - slot.from] ?? FALSE;
  }

  private replace(old: readonly Slot[], added: readonly Slot[]): void {
    this.slots = [...this.slots.filter((slot) => !old.includes(slot)), ...added];
  }
}

function overlaps(slot: Slot, space: Space, from: number, width: number): boolean {
  return slot.space === space && slot.from < from + width && from < slot.from + slot.width;
}
