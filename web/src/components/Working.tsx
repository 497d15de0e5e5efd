import { Text } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { durationText } from "../lib/time.ts";
import { useNow } from "../lib/useNow.ts";

/** Milliseconds behind which somebody wonders whether anything happens. */
const WONDER_MS = 1_000;

type Begun = Pick<UseMutationResult, "isPending" | "submittedAt">;

/** Says what takes its time, and for how long it has; nothing where it is done at once. */
export function Working({
  text,
  work: { isPending, submittedAt },
}: {
  readonly text: string;
  readonly work: Begun;
}) {
  return (
    <div role="status">{isPending ? <Counting text={text} sinceMs={submittedAt} /> : null}</div>
  );
}

function Counting({ text, sinceMs }: { readonly text: string; readonly sinceMs: number }) {
  const lastedMs = useNow() - sinceMs;
  if (lastedMs < WONDER_MS) return null;
  return (
    <Text size="sm" c="dimmed">
      {text} …{" "}
      <span aria-hidden="true">{durationText(Math.floor(lastedMs / WONDER_MS) * WONDER_MS)}</span>
    </Text>
  );
}
