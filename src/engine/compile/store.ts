import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import type { HeaderLayout, Space } from "../packet/header/layout.ts";
import type { IpFamily } from "../packet/packet.ts";
import { bitsValue, mergedBits, overwritten, type Value, valueText } from "./value.ts";

/** A run of bits that something on the way has written. */
interface Slot {
  readonly space: Space;
  readonly from: number;
  readonly width: number;
  readonly value: Value;
  /** Packets that somebody has written it for. */
  readonly packets: Node;
}

/** A run of bits that somebody has written. */
export interface WrittenField {
  readonly space: Space;
  readonly from: number;
  readonly width: number;
}

/** Something that was written, and what is there now: the same text for the same contents. */
export interface Written {
  readonly packets: Node;
  readonly contents: string;
}

/** A write to bytes that no rule reads by name. */
interface Unread extends Written {
  /** What was written, by its selector. */
  readonly id: string;
}

interface Known {
  readonly families: readonly IpFamily[];
  readonly value: Value;
}

/** Spaces that are no part of the packet's bytes. */
const REGISTERS: ReadonlySet<Space> = new Set<Space>([
  "mark",
  "ctmark",
  "value ct zone",
  "value ct label",
]);

/** In front of fields that no rule reads: they are kept for whoever compares the end, and no search finds them. */
export const ASIDE = "value the packet's own ";

/**
 * What rules have written so far, as functions of the packet as it came. Bits that nobody wrote are
 * the packet's own.
 */
export class Store {
  private readonly layout: HeaderLayout;
  private readonly arena: Arena;
  private slots: readonly Slot[] = [];
  /** A search in these bytes finds something else behind it. */
  private unread: readonly Unread[] = [];
  /** What selectors have been found to be since the last write. */
  private readonly known = new Map<string, Known>();

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

  /**
   * The value of a selector that hangs on the bytes of the packet alone, as `read` finds it for packets of these
   * families: thousands of rules ask for the same few fields.
   */
  remembered(id: string, families: readonly IpFamily[], read: () => Value): Value {
    /* Whoever wants to know which variables are asked for has to see them all. */
    if (this.layout.askedBy !== null) return read();
    const known = this.known.get(id);
    if (known !== undefined && areSame(known.families, families)) return known.value;
    const value = read();
    this.known.set(id, { families, value });
    return value;
  }

  /** The packets in `hit` get `written`. */
  write(space: Space, from: number, width: number, hit: Node, written: Value): void {
    if (hit === FALSE) return;
    const touching = this.slots.filter((slot) => overlaps(slot, space, from, width));
    const packets = touching.reduce<Node>((all, slot) => this.arena.or(all, slot.packets), hit);
    const exact = touching.every((slot) => slot.from === from && slot.width === width);
    if (exact) {
      const value = overwritten(this.arena, this.read(space, from, width), hit, written);
      this.replace(touching, [{ space, from, width, value, packets }]);
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
      single.push({ space, from: bit, width: 1, value: bitsValue([node]), packets });
    }
    this.replace(touching, single);
  }

  /** A copy: writes to one are not seen by the other. */
  fork(): Store {
    const copy = new Store(this.layout);
    copy.slots = this.slots;
    copy.unread = this.unread;
    return copy;
  }

  /** The packets in `hit` get something new in bytes that no rule reads by name; `text` says what. */
  writeUnread(id: string, text: string, hit: Node): void {
    if (hit === FALSE) return;
    this.known.clear();
    const contents = `${hit} ${id} ${text}`;
    const isOver = (one: Unread) =>
      one.id === id && this.arena.difference(one.packets, hit) === FALSE;
    this.unread = [...this.unread.filter((one) => !isOver(one)), { id, packets: hit, contents }];
  }

  /** What has been written to some spaces; null: nothing. */
  writtenTo(isAsked: (space: Space) => boolean): Written | null {
    return this.together(this.slots.filter(({ space }) => isAsked(space)).map(writtenSlot));
  }

  /** What has been written to the bytes of the packet; null: nothing. */
  writtenBytes(): Written | null {
    const slots = this.slots.filter(
      ({ space }) => !REGISTERS.has(space) && !space.startsWith(ASIDE),
    );
    return this.together([...slots.map(writtenSlot), ...this.unread]);
  }

  /** Everything that has been written; null: nothing. */
  writtenAnywhere(): Written | null {
    const slots = this.slots.filter(({ space }) => !space.startsWith(ASIDE));
    return this.together([...slots.map(writtenSlot), ...this.unread]);
  }

  private together(all: readonly Written[]): Written | null {
    if (all.length === 0) return null;
    return {
      packets: all.reduce<Node>((sum, { packets }) => this.arena.or(sum, packets), FALSE),
      contents: all.map(({ contents }) => contents).join("\n"),
    };
  }

  /** Everything that was written, in the order of its first writing. */
  get written(): readonly WrittenField[] {
    return this.slots.map(({ space, from, width }) => ({ space, from, width }));
  }

  private readBit(space: Space, bit: number): Node {
    const slot = this.slots.find((candidate) => overlaps(candidate, space, bit, 1));
    if (slot === undefined) return this.layout.bits(space, bit, 1)[0] ?? FALSE;
    return mergedBits(this.arena, slot.value)?.[bit - slot.from] ?? FALSE;
  }

  private replace(old: readonly Slot[], added: readonly Slot[]): void {
    this.known.clear();
    this.slots = [...this.slots.filter((slot) => !old.includes(slot)), ...added];
  }
}

function areSame(some: readonly IpFamily[], others: readonly IpFamily[]): boolean {
  return some.length === others.length && some.every((family, i) => family === others[i]);
}

function overlaps(slot: Slot, space: Space, from: number, width: number): boolean {
  return slot.space === space && slot.from < from + width && from < slot.from + slot.width;
}

function writtenSlot({ space, from, width, value, packets }: Slot): Written {
  return { packets, contents: `${space} ${from} ${width} ${valueText(value)}` };
}
