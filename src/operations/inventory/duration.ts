import { type Draft, tell } from "./draft.ts";
import type { YamlPath } from "./yaml.ts";

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
/** What comes more often than this is a load, not a monitor. */
const SHORTEST_MS = 100;
const LONGEST_MS = 86_400_000;

/** Milliseconds of `5m`; one that cannot be read is told, and the longest. */
export function readDuration(draft: Draft, text: string, path: YamlPath): number {
  const [, number, unit] = /^(\d{1,8})(ms|s|m|h)$/.exec(text) ?? [];
  const value = number === undefined ? 0 : Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (value >= SHORTEST_MS && value <= LONGEST_MS) return value;
  const help = "write `500ms`, `10s`, `5m` or `1h`, from 100 ms to a day";
  tell(draft, "PM5011", `\`${text}\` is no duration`, path, help);
  return LONGEST_MS;
}
