import { Skeleton } from "@mantine/core";
import { type ComponentProps, lazy, Suspense } from "react";
import type { MergeView } from "./MergeView.tsx";

/* An editor is a third of what the pages weigh: what a change does to packets is drawn before it is here. */
const load = async () => ({ default: (await import("./MergeView.tsx")).MergeView });
const Loaded = lazy(load);
/** Milliseconds behind the page itself until its editor is fetched: a press must not wait for that. */
const AHEAD_MS = 1_000;

/** Fetches the editor ahead, once the page stands; to be called in an effect. */
export function loadAhead(): () => void {
  /* Where it cannot be had, whoever opens it is told so. */
  const timer = setTimeout(() => void load().catch(() => undefined), AHEAD_MS);
  return () => clearTimeout(timer);
}

/** Two texts of one file, with room for them until the editor is there. */
export function TextDiff(texts: ComponentProps<typeof MergeView>) {
  return (
    <Suspense
      fallback={<Skeleton height={120} role="status" aria-busy="true" aria-label="loading" />}
    >
      <Loaded {...texts} />
    </Suspense>
  );
}
