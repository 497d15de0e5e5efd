import { Stack, Text } from "@mantine/core";
import type { Status } from "../../api/types.ts";
import { Ago, Since } from "../../components/Ago.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";

const TONES: Readonly<Record<string, Tone>> = {
  seeing: "good",
  starting: "quiet",
  blind: "unknown",
};

/** Who looks all day, and through whom people are told. */
export function MonitorsPanel({ monitors, channels }: Pick<Status, "monitors" | "channels">) {
  return (
    <Panel title="Monitors and channels">
      <Stack gap="sm">
        {monitors.map(({ monitor, state, reason, lastMs, notes }) => (
          <div key={monitor}>
            <Text size="sm" component="div">
              <Word tone={TONES[state] ?? "quiet"}>{state}</Word> <strong>{monitor}</strong>:{" "}
              <Prose text={reason} />
              {lastMs === null ? null : (
                <>
                  {" "}
                  · heard <Ago atMs={lastMs} />
                </>
              )}
            </Text>
            {notes.map((note) => (
              <Text key={note} size="sm" c="dimmed">
                <Prose text={note} />
              </Text>
            ))}
          </div>
        ))}
        {channels.map(({ name, state, waiting }) => (
          <Text key={name} size="sm" component="div">
            <Word tone={state.kind === "failing" ? "bad" : state.kind === "ok" ? "good" : "quiet"}>
              {state.kind === "failing"
                ? "failing"
                : state.kind === "ok"
                  ? "reached"
                  : "not used yet"}
            </Word>{" "}
            <strong>{name}</strong>
            {state.kind === "failing" ? (
              <>
                : {state.reason}, for <Since atMs={state.sinceMs} />
              </>
            ) : null}
            {waiting === 0 ? "" : ` · ${waiting} waiting`}
          </Text>
        ))}
      </Stack>
    </Panel>
  );
}
