import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { isKept } from "../../../../src/engine/intents/model.ts";
import type { CheckedIntent } from "../../api/types.ts";
import { Empty } from "../../components/Empty.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { Word } from "../../components/Word.tsx";
import type { PlacedIntent, Summary } from "./standingSummary.ts";

/** Each promise with its answer; those that do not hold stand first. */
export function PromisesPanel({
  summary: { broken, undecided, holds },
}: {
  readonly summary: Summary;
}) {
  const all = [...broken, ...undecided, ...holds];
  return (
    <Panel title="Promises">
      {all.length === 0 ? (
        <Empty title="Nothing is promised on devices that are seen.">
          Write what must be possible under <code>intents:</code> in the network file.
        </Empty>
      ) : (
        <Rows label="Promises">
          {all.map((one) => (
            <OnePromise key={`${one.device} ${one.intent.id}`} one={one} />
          ))}
        </Rows>
      )}
    </Panel>
  );
}

function OnePromise({ one: { device, intent } }: { readonly one: PlacedIntent }) {
  const { id, from, to, services, expect, owner, status } = intent;
  const words = wordsOf(intent);
  const arrow = expect === "blocked" ? "must not reach" : "reaches";
  return (
    <Row aside={<IntentWord status={status} />}>
      <Stack gap={0}>
        <Anchor component={Link} to={`/devices/${encodeURIComponent(device)}`} size="sm" fw={600}>
          {id}
        </Anchor>
        <Text size="sm" c="dimmed">
          {from} {arrow} {to}, {services.join(", ")}
          {owner === null ? "" : ` · ${owner}`}
        </Text>
        {words.length === 0 ? null : (
          <Text size="sm">
            <Prose text={words.slice(0, 2).join("; ")} />
          </Text>
        )}
      </Stack>
    </Row>
  );
}

/** Why it is not kept, or how far it is. */
export function wordsOf({ status, except, reasons }: CheckedIntent): readonly string[] {
  return isKept(status) ? (except ?? []) : reasons;
}

export function IntentWord({ status }: { readonly status: string }) {
  if (isKept(status)) return <Word tone="good">{status}</Word>;
  if (status === "broken") return <Word tone="bad">broken</Word>;
  return <Word tone="unknown">{status}</Word>;
}
