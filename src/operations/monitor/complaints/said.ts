import type { ComplaintsMonitor } from "../../inventory/monitors.ts";
import type { Sighting } from "../model.ts";

/** Milliseconds without another alarm after which a surge is over. */
export const QUIET_MS = 1_800_000;
/** Characters of a complaint that are repeated. */
const MAXIMUM_QUOTED = 120;

/** Who says that many call: a monitor of complaints, or whoever stands for it where there is none. */
export type Sayer = Pick<ComplaintsMonitor, "id" | "flows">;

/** What a help desk says without a test: whoever hears all callers knows before a count does. */
export function saidSurge({ id, flows }: Sayer, text: string, atMs: number): Sighting {
  return {
    key: `${id}/surge`,
    kind: "complaints",
    weight: "hearsay",
    monitor: id,
    device: null,
    atMs,
    text: `the help desk says that many call${quoted(text)}`,
    flows,
    quietMs: QUIET_MS,
  };
}

/** The last words, as the end of a sentence; empty or null: there are none. */
export function quoted(text: string | null): string {
  const line = (text ?? "").replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (line === "") return "";
  const cut = line.length > MAXIMUM_QUOTED ? `${line.slice(0, MAXIMUM_QUOTED)}…` : line;
  return `; the last: “${cut}”`;
}
