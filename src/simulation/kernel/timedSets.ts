import type { Device, Table } from "../../engine/device/device.ts";
import type { NamedSet, SetElement } from "../../engine/device/set.ts";
import { withSets } from "../../engine/parsers/nft/ruleset.ts";

/** When elements of sets run out. An element that stays keeps its moment, whatever scripts say of others. */
export class TimedSets {
  /** Milliseconds since 1970; null: it stays. */
  private readonly ends = new WeakMap<SetElement, number | null>();

  /** The ruleset as it is at a moment: what is over is gone, and the others tell the time that they have left. */
  at(device: Device, nowMs: number): Device {
    if (!device.tables.some(hasTimes)) return device;
    const tables = device.tables.map((table) =>
      hasTimes(table)
        ? withSets(
            table,
            table.sets.map((set) => (isTimed(set) ? this.held(set, nowMs) : set)),
          )
        : table,
    );
    return { ...device, tables };
  }

  private held(set: NamedSet, nowMs: number): NamedSet {
    const elements = set.elements.flatMap((element) => {
      const endMs = this.endOf(set, element, nowMs);
      if (endMs !== null && endMs <= nowMs) return [];
      const listed = { ...element, expiresMs: endMs === null ? null : endMs - nowMs };
      this.ends.set(listed, endMs);
      return [listed];
    });
    return { ...set, elements };
  }

  private endOf(set: NamedSet, element: SetElement, nowMs: number): number | null {
    const known = this.ends.get(element);
    if (known !== undefined) return known;
    const leftMs = element.expiresMs ?? ownTimeout(element) ?? set.defaultTimeoutMs;
    const endMs = leftMs === null || leftMs === 0 ? null : nowMs + leftMs;
    this.ends.set(element, endMs);
    return endMs;
  }
}

/** `timeout 0s` does not lift the set's default (measured). */
function ownTimeout({ timeoutMs }: SetElement): number | null {
  return timeoutMs === 0 ? null : timeoutMs;
}

/** Milliseconds until the first element runs out; null: none does. */
export function nextEndMs({ tables }: Device): number | null {
  let first: number | null = null;
  for (const { sets } of tables)
    for (const { elements } of sets.filter(isTimed))
      for (const { expiresMs } of elements)
        if (expiresMs !== null) first = Math.min(first ?? expiresMs, expiresMs);
  return first;
}

function hasTimes({ sets }: Table): boolean {
  return sets.some(isTimed);
}

function isTimed({ timeout, defaultTimeoutMs }: NamedSet): boolean {
  return timeout === true || defaultTimeoutMs !== null;
}
