import { Text } from "@mantine/core";
import type { Link } from "../api/events.ts";
import { Clock } from "../components/Ago.tsx";
import { Word } from "../components/Word.tsx";

/** Whether what one sees is of now, in words; told to those who listen as well. */
export function LinkState({ link }: { readonly link: Link }) {
  return (
    <Text component="div" role="status" aria-live="polite" size="sm">
      {link.kind === "live" ? <Word tone="quiet">live</Word> : null}
      {link.kind === "connecting" ? <Word tone="unknown">connecting</Word> : null}
      {link.kind === "stale" ? (
        <Word tone="warn">
          stale since <Clock atMs={link.sinceMs} />
        </Word>
      ) : null}
    </Text>
  );
}
