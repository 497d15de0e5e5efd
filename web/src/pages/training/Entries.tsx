import { List, Stack, Text } from "@mantine/core";
import type { DrillRun } from "../../api/types.ts";
import { Lines } from "../../components/Code.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";

const MINUTE_MS = 60_000;

/** What was done and what came of it, newest first, and the playbook with what of it was done. */
export function Entries({ run: { entries, heard, startMs, steps } }: { readonly run: DrillRun }) {
  const newestFirst = entries.toReversed();
  return (
    <Stack>
      <Panel title="What you saw">
        <Stack aria-live="polite">
          {heard.map(({ atMs, text }) => (
            <Call key={`${atMs} ${text}`} minute={(atMs - startMs) / MINUTE_MS} text={text} />
          ))}
          {newestFirst.length === 0 ? <Empty title="You have done nothing yet." /> : null}
          {newestFirst.map(({ number, text, atMs, isDone, title, lines, heard: calls }) => (
            <article key={number}>
              <Text size="sm" c="dimmed">
                minute {Math.floor((atMs - startMs) / MINUTE_MS)}: <Prose text={text} />
              </Text>
              <Text fw={600} size="sm">
                <Prose text={isDone ? title : `It did not come to pass: ${title}`} />
              </Text>
              {lines.length === 0 ? null : <Lines label={title} text={lines.join("\n")} />}
              {calls.map((call) => (
                <Call
                  key={`${call.atMs} ${call.text}`}
                  minute={(call.atMs - startMs) / MINUTE_MS}
                  text={call.text}
                />
              ))}
            </article>
          ))}
        </Stack>
      </Panel>
      <Panel title="The playbook">
        <List size="sm">
          {steps.map(({ id, title, isDone }) => (
            <List.Item key={id}>
              {title} {isDone ? <Word tone="good">done</Word> : null}
            </List.Item>
          ))}
        </List>
      </Panel>
    </Stack>
  );
}

function Call({ minute, text }: { readonly minute: number; readonly text: string }) {
  return (
    <Text size="sm">
      ☎ minute {Math.floor(minute)}: <Prose text={text} />
    </Text>
  );
}
