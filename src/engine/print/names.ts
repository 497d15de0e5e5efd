import { CONSTANTS } from "../base/names/constants.ts";

/** Names by value, by type; of several names of one value nft prints the first of its own table. */
const NAMES: ReadonlyMap<string, ReadonlyMap<bigint, string>> = new Map(
  [...CONSTANTS].map(([type, values]) => {
    const names = new Map<bigint, string>();
    for (const [name, value] of values) if (!names.has(value)) names.set(value, name);
    return [type, names];
  }),
);

export function nameOf(type: string, value: bigint): string | null {
  return NAMES.get(type)?.get(value) ?? null;
}
