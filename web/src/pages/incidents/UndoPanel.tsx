import { Button, Group, List, Modal, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client.ts";
import { undoQuery } from "../../api/queries.ts";
import type { Incident, ProposedUndo } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { Clock } from "../../components/Ago.tsx";
import { Lines, Mono } from "../../components/Code.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";
import { listed } from "../../lib/words.ts";

/** One button: what it takes and what it gives back stands beside it, proved on what runs. */
export function UndoPanel({ incident }: { readonly incident: Incident }) {
  const { undo, cause, status } = incident;
  if (undo !== null) return <Undone undo={undo} />;
  if (status === "closed" || cause === null || cause.kind === "notByRules") return null;
  if (cause.kind === "explained") {
    if (cause.isTakenBack) return null;
    return <Offered incident={incident} choices={[]} />;
  }
  if (cause.candidates.length === 0) return null;
  const choices = cause.candidates.map(({ id, added, removed }) => ({
    value: id,
    label: added[0] ?? `− ${removed[0] ?? id}`,
  }));
  return <Offered incident={incident} choices={choices} />;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

function Offered({
  incident: { id },
  choices,
}: {
  readonly incident: Incident;
  readonly choices: readonly Choice[];
}) {
  const session = useSession();
  const isFree = choices.length > 0;
  const [difference, setDifference] = useState<string | null>(null);
  const chosen = isFree ? difference : null;
  const isReady = !isFree || difference !== null;
  const query = useQuery({ ...undoQuery(id, chosen), enabled: isReady });
  return (
    <Panel title="Undo it">
      <Stack gap="sm">
        {isFree ? (
          <Select
            label="Which difference shall go?"
            description="None is proved to be the cause: you decide."
            data={[...choices]}
            value={difference}
            onChange={setDifference}
          />
        ) : null}
        {isReady ? (
          <Answered query={query}>
            {(proposed) => (
              <>
                <Effect proposed={proposed} />
                {mayOperate(session) ? (
                  <UndoButton id={id} proposed={proposed} difference={chosen} />
                ) : (
                  <Text size="sm">Operators and approvers may undo it: call one.</Text>
                )}
              </>
            )}
          </Answered>
        ) : null}
      </Stack>
    </Panel>
  );
}

function Effect({ proposed }: { readonly proposed: ProposedUndo }) {
  const { repairs, stillBroken, undecided, removed, restored, losses } = proposed;
  return (
    <Stack gap={4}>
      <Text size="sm" component="div">
        {repairs.length === 0 ? (
          <Word tone="unknown">restores no promise that is proved</Word>
        ) : (
          <>
            <Word tone="good">restores</Word> {listed(repairs)}: proved on what runs
          </>
        )}
      </Text>
      <List size="sm">
        {removed.map((rule) => (
          <List.Item key={`-${rule}`}>
            goes: <Mono>{rule}</Mono>
          </List.Item>
        ))}
        {restored.map((rule) => (
          <List.Item key={`+${rule}`}>
            comes back: <Mono>{rule}</Mono>
          </List.Item>
        ))}
        {stillBroken.map((intent) => (
          <List.Item key={intent}>{intent} stays broken by something else</List.Item>
        ))}
        {undecided.map((intent) => (
          <List.Item key={intent}>{intent} is undecided</List.Item>
        ))}
        {losses.map((loss) => (
          <List.Item key={loss}>
            <Prose text={loss} />
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

function UndoButton({
  id,
  proposed: { device, script },
  difference,
}: {
  readonly id: number;
  readonly proposed: ProposedUndo;
  readonly difference: string | null;
}) {
  const [isAsked, { open, close }] = useDisclosure(false);
  const client = useQueryClient();
  const undoing = useMutation({
    mutationFn: () =>
      post(`/v1/incidents/${id}/undo${difference === null ? "" : `?difference=${difference}`}`),
    onSuccess: close,
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <>
      <Button size="lg" w={{ base: "100%", xs: "auto" }} onClick={open}>
        Undo on {device}
      </Button>
      <Modal opened={isAsked} onClose={close} title={`Undo on ${device}?`}>
        <Stack>
          <Text size="sm">
            This runs on {device}, in one transaction. The device takes it back by itself unless a
            new connection is let in afterwards. You need nobody's approval; it is reviewed later,
            and stands in the trail with your name.
          </Text>
          <Lines label="what is run" text={script} />
          {undoing.error === null ? null : <Fault fault={undoing.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Not now
            </Button>
            <Button loading={undoing.isPending} onClick={() => undoing.mutate()} data-autofocus>
              Undo it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function Undone({
  undo: { by, atMs, state, text, script },
}: {
  readonly undo: NonNullable<Incident["undo"]>;
}) {
  const tone = state === "done" ? "good" : state === "failed" ? "bad" : "warn";
  return (
    <Panel title="Undo">
      <Text size="sm" component="div" role="status">
        <Word tone={tone}>{state}</Word> by <bdi>{by}</bdi>, <Clock atMs={atMs} />:{" "}
        <Prose text={text} />
      </Text>
      <details>
        <summary>What was run</summary>
        <Lines label="what was run" text={script} />
      </details>
    </Panel>
  );
}
