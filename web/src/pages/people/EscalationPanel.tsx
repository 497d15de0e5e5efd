import { Button, Group, List, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client.ts";
import { escalationsQuery, networkQuery } from "../../api/queries.ts";
import type { Escalation } from "../../api/types.ts";
import { useSession } from "../../app/session.ts";
import { Clock } from "../../components/Ago.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { durationText } from "../../lib/time.ts";
import { useNow } from "../../lib/useNow.ts";

/** Who was called for an incident, who has it in hand, and who is called next. */
export function EscalationPanel({ incident }: { readonly incident: number }) {
  const { data } = useQuery(escalationsQuery);
  const own = (data ?? []).filter((one) => one.incident === incident);
  return own.map((escalation) => <OneEscalation key={escalation.id} escalation={escalation} />);
}

const WORDS: Readonly<Record<Escalation["state"], readonly [Tone, string]>> = {
  running: ["warn", "people are called"],
  acknowledged: ["good", "in hand"],
  exhausted: ["bad", "nobody is called any more"],
  ended: ["quiet", "over"],
};

function OneEscalation({ escalation }: { readonly escalation: Escalation }) {
  const { state, policy, acknowledged, told, nobody } = escalation;
  const [tone, word] = WORDS[state];
  return (
    <Panel title="Who has it in hand" aside={<Word tone={tone}>{word}</Word>}>
      <Stack gap="xs">
        <Text size="sm">
          {acknowledged === null ? (
            <Next escalation={escalation} />
          ) : (
            <>
              <bdi>{acknowledged.by}</bdi>, since <Clock atMs={acknowledged.atMs} />
            </>
          )}{" "}
          · policy {policy}
        </Text>
        {nobody.length === 0 ? null : (
          <Text size="sm">Nobody was reached through {nobody.join(", ")}.</Text>
        )}
        <List size="sm" aria-label="Who was told">
          {told.map(({ login, name, channel, atMs, result, reason }) => (
            <List.Item key={`${login} ${channel} ${atMs}`}>
              <Clock atMs={atMs} /> <bdi>{name ?? login}</bdi> by {channel}: {result}
              {reason === "" ? null : <Prose text={`, ${reason}`} />}
            </List.Item>
          ))}
        </List>
        <InHand escalation={escalation} />
      </Stack>
    </Panel>
  );
}

function Next({
  escalation: { nextMs, step, steps, round, rounds },
}: {
  readonly escalation: Escalation;
}) {
  const nowMs = useNow();
  if (nextMs === null) return "There is no further step.";
  const where = `step ${(step ?? 0) + 1} of ${steps}, round ${round ?? 1} of ${rounds}`;
  return `The next are called in ${durationText(Math.max(0, nextMs - nowMs))} (${where})`;
}

function InHand({ escalation: { id, state, acknowledged } }: { readonly escalation: Escalation }) {
  const client = useQueryClient();
  const { login } = useSession();
  const { data: network } = useQuery(networkQuery);
  const [to, setTo] = useState<string | null>(null);
  const acting = useMutation({
    mutationFn: ({ verb, body }: { readonly verb: string; readonly body?: unknown }) =>
      post(`/v1/escalations/${id}/${verb}`, body),
    onSettled: () => client.invalidateQueries({ queryKey: ["escalations"] }),
  });
  if (state === "ended") return null;
  const isMine = acknowledged?.by === login;
  const others = (network?.people ?? []).filter((person) => person.login !== login);
  return (
    <>
      <Group gap="xs" align="end">
        {isMine ? (
          <Button variant="default" onClick={() => acting.mutate({ verb: "give-back" })}>
            Give it back
          </Button>
        ) : (
          <Button loading={acting.isPending} onClick={() => acting.mutate({ verb: "acknowledge" })}>
            I have it in hand
          </Button>
        )}
        <Select
          label="Hand it over to"
          placeholder="a person"
          w={180}
          value={to}
          onChange={setTo}
          data={others.map((person) => ({ value: person.login, label: person.name }))}
        />
        <Button
          variant="default"
          disabled={to === null}
          onClick={() => acting.mutate({ verb: "hand-over", body: { login: to } })}
        >
          Hand over
        </Button>
      </Group>
      {acting.error === null ? null : <Fault fault={acting.error} />}
    </>
  );
}
