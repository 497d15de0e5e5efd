import type { SetElement } from "../../engine/device/set.ts";
import { printElements } from "../../engine/print/index.ts";
import type { Kernel } from "../kernel/kernel.ts";

/** What one set held at one moment. */
export interface HeldSet {
  /** `inet edge bans`. */
  readonly key: string;
  readonly elements: readonly SetElement[];
}

/** What the sets of a list hold (`set inet edge bans` in each line); those that are not there are left out. */
export function holdings(kernel: Kernel, list: string): readonly HeldSet[] {
  const { tables } = kernel.current();
  return list.split("\n").flatMap((line) => {
    const [, family, name, own] = line.split(" ");
    const table = tables.find((one) => one.family === family && one.name === name);
    const set = table?.sets.find((one) => one.name === own);
    return set === undefined ? [] : [{ key: `${family} ${name} ${own}`, elements: set.elements }];
  });
}

/** The same, so much later: what would be gone by then has a second. */
export function later({ key, elements }: HeldSet, passedMs: number): HeldSet {
  return {
    key,
    elements: elements.map((element) =>
      element.expiresMs === null
        ? element
        : { ...element, expiresMs: Math.max(LAST_MS, element.expiresMs - passedMs) },
    ),
  };
}

const LAST_MS = 1_000;

/** Commands that put it back, one for each element, in the words of the set as it is now. */
export function refillCommands(kernel: Kernel, { key, elements }: HeldSet): readonly string[] {
  const [family, name, own] = key.split(" ");
  const table = kernel.current().tables.find((one) => one.family === family && one.name === name);
  const set = table?.sets.find((one) => one.name === own);
  if (table === undefined || set === undefined) return [];
  return printElements(table, { ...set, elements }, TIMED).map(
    (text) => `add element ${key} { ${text} }`,
  );
}

const TIMED = {
  counts: () => ({ packets: 0n, bytes: 0n }),
  handles: null,
  terse: false,
} as const;
