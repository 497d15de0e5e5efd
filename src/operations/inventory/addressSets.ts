import {
  complementRanges,
  intersectRanges,
  normalizeRanges,
  type Range,
} from "../../engine/base/range.ts";
import type { Addresses } from "../../engine/intents/model.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";

/* Sets of hosts of both families, as sets. */

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];
const WIDTH: Readonly<Record<IpFamily, number>> = { ip: 32, ip6: 128 };

/** Those that are in both. */
export function within(one: Addresses, other: Addresses): Addresses {
  return perFamily((family) => intersectRanges(rangesOf(one, family), rangesOf(other, family)));
}

/** Those of the first that are in none of the others. */
export function without(one: Addresses, others: readonly Addresses[]): Addresses {
  return perFamily((family) => {
    const left = complementRanges(rangesOf(union(others), family), WIDTH[family]);
    return intersectRanges(rangesOf(one, family), left);
  });
}

export function union(all: readonly Addresses[]): Addresses {
  return perFamily((family) => normalizeRanges(all.flatMap((one) => one.get(family) ?? [])));
}

export function isEmpty(addresses: Addresses): boolean {
  return FAMILIES.every((family) => rangesOf(addresses, family).length === 0);
}

/** Whether a packet can go from one to the other at all. */
export function shareFamily(one: Addresses, other: Addresses): boolean {
  return FAMILIES.some(
    (family) => rangesOf(one, family).length > 0 && rangesOf(other, family).length > 0,
  );
}

function perFamily(rangesFor: (family: IpFamily) => readonly Range[]): Addresses {
  return new Map(
    FAMILIES.flatMap((family): readonly (readonly [IpFamily, readonly Range[]])[] => {
      const ranges = rangesFor(family);
      return ranges.length === 0 ? [] : [[family, ranges]];
    }),
  );
}

function rangesOf(addresses: Addresses, family: IpFamily): readonly Range[] {
  return normalizeRanges(addresses.get(family) ?? []);
}
