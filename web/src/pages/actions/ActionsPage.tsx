import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../../api/client.ts";
import { actionsQuery } from "../../api/queries.ts";
import type { Action } from "../../api/types.ts";
import { useSession } from "../../app/session.ts";
import { Clock } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { type Tone, Word } from "../../components/Word.tsx";

/** What was learnt and has to be done: each with an owner, a day, and what closes it by itself. */
export function ActionsPage() {
  const query = useQuery(actionsQuery);
  return (
    <Page
      title="Actions"
      lead="What was learnt. Each is closed, and opened again, by what checks it."
    >
      <Panel title="All actions">
        <Answered query={query}>
          {(actions) =>
            actions.length === 0 ? (
              <Empty title="There are none.">They are proposed when an incident is over.</Empty>
            ) : (
              <Stack>
                {actions.map((action) => (
                  <OneAction key={action.id} action={action} />
                ))}
              </Stack>
            )
          }
        </Answered>
      </Panel>
    </Page>
  );
}

const STATES: Readonly<Record<Action["status"], readonly [Tone, string]>> = {
  proposed: ["warn", "nobody has taken it"],
  open: ["warn", "open"],
  done: ["good", "done"],
  declined: ["quiet", "declined"],
};

function OneAction({ action }: { readonly action: Action }) {
  const { text, owner, due, isOverdue, status, check, last, incident } = action;
  const [tone, word] = STATES[status];
  return (
    <article>
      <Group justify="space-between" gap="xs">
        <Text fw={600}>
          <bdi>{text}</bdi>
        </Text>
        <Word tone={isOverdue ? "bad" : tone}>{isOverdue ? "overdue" : word}</Word>
      </Group>
      <Text size="sm" c="dimmed" component="div">
        {owner === null ? "no owner" : <bdi>{owner}</bdi>}
        {due === null ? "" : `, by ${due}`} · closed by {checkText(check)}
        {incident === null ? null : (
          <>
            {" · "}
            <Link to="/incidents/$id" params={{ id: String(incident) }}>
              incident {incident}
            </Link>
          </>
        )}
      </Text>
      {last === null ? null : (
        <Text size="sm">
          <Clock atMs={last.atMs} />: {last.text}
        </Text>
      )}
      {status === "proposed" ? <Take id={action.id} /> : null}
    </article>
  );
}

function checkText(check: Action["check"]): string {
  switch (check.kind) {
    case "intent":
      return `the promise ${check.intent}`;
    case "probe":
      return `the probe ${check.probe}, ok ${check.times} times`;
    case "drill":
      return `the drill ${check.drill} with ${check.score} points`;
    case "approved":
      return `${check.device} running what was approved`;
    case "person":
      return "a person's word";
  }
}

const DAY_MS = 86_400_000;
const USUAL_DAYS = 14;

function Take({ id }: { readonly id: number }) {
  const { login } = useSession();
  const client = useQueryClient();
  const [due, setDue] = useState(() =>
    new Date(Date.now() + USUAL_DAYS * DAY_MS).toISOString().slice(0, 10),
  );
  const taking = useMutation({
    mutationFn: () => post(`/v1/actions/${id}/take`, { owner: login, due }),
    onSettled: () => client.invalidateQueries({ queryKey: ["actions"] }),
  });
  return (
    <>
      <Group gap="xs" align="end" mt={4}>
        <TextInput
          type="date"
          label="Done by"
          size="xs"
          value={due}
          onChange={({ currentTarget }) => setDue(currentTarget.value)}
        />
        <Button
          size="compact-sm"
          variant="default"
          loading={taking.isPending}
          onClick={() => taking.mutate()}
        >
          I take it
        </Button>
      </Group>
      {taking.error === null ? null : <Fault fault={taking.error} />}
    </>
  );
}
