import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Incident } from "../../api/types.ts";
import { Clock } from "../../components/Ago.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { Word } from "../../components/Word.tsx";
import { listed } from "../../lib/words.ts";

type Symptom = Incident["symptoms"][number];

/** Symptoms that stand there at once: on a phone the undo above is what counts. */
const SHOWN = 6;

/** All that is felt, and whether it follows from the cause. */
export function SymptomsPanel({ incident }: { readonly incident: Incident }) {
  const { symptoms, cause, waitsFor, status } = incident;
  const [isWhole, setWhole] = useState(false);
  const explained = explainedBy(cause);
  const now = symptoms.filter(({ endedMs }) => endedMs === null);
  const sorted = [...now, ...symptoms.filter(({ endedMs }) => endedMs !== null)];
  const shown = isWhole ? sorted : sorted.slice(0, SHOWN);
  const waits = status === "recovering" && waitsFor.length > 0;
  return (
    <Panel title={`Symptoms: ${now.length} now, ${symptoms.length} in all`}>
      <Stack gap="xs">
        {waits ? (
          <Text size="sm" role="status">
            Recovery still waits for {listed(waitsFor)}
          </Text>
        ) : null}
        <Rows label="Symptoms">
          {shown.map((symptom) => (
            <OneSymptom key={symptom.id} symptom={symptom} follows={explained.has(symptom.id)} />
          ))}
        </Rows>
        {sorted.length > shown.length ? (
          <Button variant="subtle" size="compact-sm" onClick={() => setWhole(true)}>
            Show {sorted.length - shown.length} more
          </Button>
        ) : null}
      </Stack>
    </Panel>
  );
}

function explainedBy(cause: Incident["cause"]): ReadonlySet<string> {
  if (cause?.kind !== "explained") return new Set();
  return new Set([...cause.explains, ...cause.others.flatMap(({ explains }) => explains)]);
}

function OneSymptom({
  symptom: { text, sinceMs, endedMs, flows },
  follows,
}: {
  readonly symptom: Symptom;
  readonly follows: boolean;
}) {
  const [flow] = flows;
  return (
    <Row
      aside={
        <Word tone={endedMs === null ? "bad" : "quiet"}>{endedMs === null ? "now" : "over"}</Word>
      }
    >
      <Text size="sm">
        <bdi>
          <Prose text={text} />
        </bdi>
      </Text>
      <Text size="sm" c="dimmed">
        <Clock atMs={sinceMs} />
        {flow === undefined ? "" : ` · ${flow.from} → ${flow.to} ${flow.service}`}
        {follows ? " · follows from the cause" : ""}
      </Text>
    </Row>
  );
}
