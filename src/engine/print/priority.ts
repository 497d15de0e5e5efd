import type { Hook, TableFamily } from "../device/device.ts";

interface Named {
  readonly name: string;
  readonly priority: number;
  /** Null: it means something in each hook. */
  readonly hook: Hook | null;
}

const STANDARD: readonly Named[] = [
  { name: "raw", priority: -300, hook: null },
  { name: "mangle", priority: -150, hook: null },
  { name: "dstnat", priority: -100, hook: "prerouting" },
  { name: "filter", priority: 0, hook: null },
  { name: "security", priority: 50, hook: null },
  { name: "srcnat", priority: 100, hook: "postrouting" },
];
const BRIDGE: readonly Named[] = [
  { name: "dstnat", priority: -300, hook: "prerouting" },
  { name: "filter", priority: -200, hook: null },
  { name: "out", priority: 100, hook: "output" },
  { name: "srcnat", priority: 300, hook: "postrouting" },
];
const EDGE: readonly Named[] = [{ name: "filter", priority: 0, hook: null }];

/** How far from a name nft still counts from it. */
const REACH = 10;

/** `filter`, `srcnat + 5`, or a number. */
export function priorityText(priority: number, family: TableFamily, hook: Hook): string {
  const known = namesOf(family).find(
    (one) => (one.hook === null || one.hook === hook) && Math.abs(priority - one.priority) <= REACH,
  );
  if (known === undefined) return String(priority);
  const offset = priority - known.priority;
  if (offset === 0) return known.name;
  return `${known.name} ${offset > 0 ? "+" : "-"} ${Math.abs(offset)}`;
}

function namesOf(family: TableFamily): readonly Named[] {
  if (family === "bridge") return BRIDGE;
  return family === "netdev" || family === "arp" ? EDGE : STANDARD;
}
