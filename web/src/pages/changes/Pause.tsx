import { Text } from "@mantine/core";
import { Clock } from "../../components/Ago.tsx";
import { durationText } from "../../lib/time.ts";
import { useNow } from "../../lib/useNow.ts";

const SECOND_MS = 1_000;

/** The pause of whoever is alone, counting down. */
export function Pause({ untilMs }: { readonly untilMs: number }) {
  const nowMs = useNow();
  const leftMs = Math.ceil((untilMs - nowMs) / SECOND_MS) * SECOND_MS;
  return (
    <Text size="sm" component="div">
      {leftMs > 0 ? (
        <>
          The pause goes on for <strong>{durationText(leftMs)}</strong>, until{" "}
          <Clock atMs={untilMs} />: look at it again then.
        </>
      ) : (
        "The pause is over: look at it again, and approve it."
      )}
    </Text>
  );
}
