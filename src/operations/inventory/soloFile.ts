import { type Draft, tell } from "./draft.ts";
import { readDuration } from "./duration.ts";
import type { Solo } from "./model.ts";

/** In less than that nobody thinks again. */
export const SHORTEST_PAUSE_MS = 60_000;

/** Null: two people look at each change. */
export function buildSolo(draft: Draft): Solo | null {
  const { solo } = draft.text;
  if (solo === undefined) return null;
  const path = ["solo", "pause"] as const;
  const pauseMs = readDuration(draft, solo.pause, path);
  if (pauseMs < SHORTEST_PAUSE_MS)
    tell(
      draft,
      "PM5033",
      `\`${solo.pause}\` is no pause in which somebody thinks again`,
      path,
      "write `1m` or longer; `10m` is usual",
    );
  return { pauseMs: Math.max(pauseMs, SHORTEST_PAUSE_MS) };
}
