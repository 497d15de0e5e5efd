import { Tooltip } from "@mantine/core";
import { agoText, clockText, durationText, exactText } from "../lib/time.ts";
import { useNow } from "../lib/useNow.ts";

/** `41 s ago`, with the exact moment where somebody points at it. */
export function Ago({ atMs }: { readonly atMs: number }) {
  return (
    <Tooltip label={exactText(atMs)}>
      <time dateTime={new Date(atMs).toISOString()} tabIndex={-1}>
        <Counted text={(nowMs) => agoText(atMs, nowMs)} />
      </time>
    </Tooltip>
  );
}

/** `14:02:07`, with the day and zone where somebody points at it. */
export function Clock({ atMs }: { readonly atMs: number }) {
  return (
    <Tooltip label={exactText(atMs)}>
      <time dateTime={new Date(atMs).toISOString()} tabIndex={-1}>
        <Counted text={(nowMs) => clockText(atMs, nowMs)} />
      </time>
    </Tooltip>
  );
}

/** How long something goes on, counting. */
export function Since({ atMs }: { readonly atMs: number }) {
  return (
    <Tooltip label={`since ${exactText(atMs)}`}>
      <span>
        <Counted text={(nowMs) => durationText(sinceMs(atMs, nowMs))} />
      </span>
    </Tooltip>
  );
}

const SECOND_MS = 1_000;

/** Whole seconds, one at least. */
function sinceMs(atMs: number, nowMs: number): number {
  return Math.max(SECOND_MS, Math.floor((nowMs - atMs) / SECOND_MS) * SECOND_MS);
}

/* Each second it is this that is drawn anew, and not what stands around it. */
function Counted({ text }: { readonly text: (nowMs: number) => string }) {
  return text(useNow());
}
