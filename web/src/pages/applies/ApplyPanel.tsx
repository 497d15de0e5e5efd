import { Alert, Button, Group, Progress, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client.ts";
import type { Apply } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { Clock } from "../../components/Ago.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { durationText } from "../../lib/time.ts";
import { useNow } from "../../lib/useNow.ts";
import { Aftermath } from "./Aftermath.tsx";

const TONES: Readonly<Record<string, Tone>> = {
  confirmed: "good",
  rolledBack: "warn",
  failed: "bad",
  stuck: "bad",
};

/** One attempt to make a change so, as it goes: states, checks, and what comes behind. */
export function ApplyPanel({ apply }: { readonly apply: Apply }) {
  const { id, state, stateMs, by, startedMs, states, evidence, unheard, isOver, aftermath } = apply;
  const isUnderWay = !isOver && TONES[state.kind] === undefined;
  return (
    <Panel
      title={`Apply ${id}`}
      aside={<Word tone={TONES[state.kind] ?? "warn"}>{stateText(state.kind)}</Word>}
    >
      <Stack gap="sm">
        <Text size="sm">
          by <bdi>{by}</bdi>, <Clock atMs={startedMs} />
          {state.why === null ? null : <Prose text={`: ${state.why}`} />}
        </Text>
        {isUnderWay ? <UnderWay id={id} sinceMs={stateMs} unheard={unheard} /> : null}
        <ol aria-label="States" style={{ margin: 0, paddingInlineStart: 20 }}>
          {states.map((one) => (
            <li key={`${one.state.kind} ${one.atMs}`}>
              <Text size="sm" span>
                {stateText(one.state.kind)} <Clock atMs={one.atMs} />
                {one.state.why === null ? null : <Prose text={` · ${one.state.why}`} />}
              </Text>
            </li>
          ))}
        </ol>
        <Checks evidence={evidence} />
        {aftermath === null ? null : <Aftermath aftermath={aftermath} />}
      </Stack>
    </Panel>
  );
}

/** `rolledBack` as people say it. */
export function stateText(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function UnderWay({
  id,
  sinceMs,
  unheard,
}: {
  readonly id: number;
  readonly sinceMs: number;
  readonly unheard: Apply["unheard"];
}) {
  const nowMs = useNow();
  const client = useQueryClient();
  const session = useSession();
  const taking = useMutation({
    mutationFn: () => post(`/v1/applies/${id}/rollback`),
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <>
      <Progress value={100} animated aria-label="under way" />
      <Group justify="space-between" gap="xs">
        <Text size="sm" role="timer">
          {durationText(Math.max(0, nowMs - sinceMs))} in this state. What is not confirmed in time
          the device takes back by itself.
        </Text>
        {mayOperate(session) ? (
          <Button
            color="red"
            variant="light"
            loading={taking.isPending}
            onClick={() => taking.mutate()}
          >
            Take it back now
          </Button>
        ) : null}
      </Group>
      {unheard === null ? null : (
        <Alert color="yellow" variant="light" title={<Prose text={unheard.message} />}>
          <Prose text={unheard.help} />
          {unheard.restoresMs === null ? null : (
            <>
              {" "}
              The device restores by itself in{" "}
              {durationText(Math.max(0, unheard.restoresMs - nowMs))}.
            </>
          )}
        </Alert>
      )}
      {taking.error === null ? null : <Fault fault={taking.error} />}
    </>
  );
}

function Checks({ evidence }: Pick<Apply, "evidence">) {
  if (evidence.length === 0) return null;
  return (
    <Table aria-label="Checks" verticalSpacing={4}>
      <Table.Tbody>
        {evidence.map(({ kind, name, passed, isCounted, text, tookMs }) => (
          <Table.Tr key={`${kind} ${name}`}>
            <Table.Td>
              <Word tone={passed ? "good" : isCounted ? "bad" : "warn"}>
                {passed ? "passed" : isCounted ? "failed" : "failed, not counted"}
              </Word>
            </Table.Td>
            <Table.Td>
              <Text size="sm">
                {kind} {name}
              </Text>
              <Text size="sm" c="dimmed">
                <Prose text={text} />
                {tookMs === null ? "" : ` (${durationText(tookMs)})`}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
