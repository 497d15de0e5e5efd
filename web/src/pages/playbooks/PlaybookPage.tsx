import { Anchor, Button, List, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { post } from "../../api/client.ts";
import { playbookQuery } from "../../api/queries.ts";
import type { Playbook } from "../../api/types.ts";
import { useSession } from "../../app/session.ts";
import { Ago } from "../../components/Ago.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Page, PageOf } from "../../components/Page.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Word } from "../../components/Word.tsx";
import { StepText } from "./StepText.tsx";

/** One playbook, to be read in peace. */
export function PlaybookPage() {
  const { name } = useParams({ from: "/playbooks/$name" });
  const query = useQuery(playbookQuery(name));
  return (
    <PageOf title={name} query={query}>
      {(playbook) => <OnePlaybook playbook={playbook} />}
    </PageOf>
  );
}

function OnePlaybook({ playbook }: { readonly playbook: Playbook }) {
  const { id, title, owner, about, reviewBy, isOverdue, telephone, steps } = playbook;
  return (
    <Page
      title={title}
      lead={
        <>
          {owner} · to be reviewed by {reviewBy}{" "}
          {isOverdue ? <Word tone="warn">overdue</Word> : null}
        </>
      }
      actions={
        <Anchor href={`/v1/playbooks/${encodeURIComponent(id)}/print`} target="_blank">
          Print
        </Anchor>
      }
    >
      <Text>
        <Prose text={about} />
      </Text>
      {telephone.length === 0 ? null : (
        <Panel title="Telephone">
          <List>
            {telephone.map(({ who, number, when }) => (
              <List.Item key={`${who} ${number}`}>
                <strong>{who}</strong>: <Telephone number={number} />
                {when === "" ? "" : `, ${when}`}
              </List.Item>
            ))}
          </List>
        </Panel>
      )}
      <Panel title="Steps">
        <Stack component="ol" gap="md" pl={22} m={0}>
          {steps.map((step) => (
            <li key={step.id}>
              <StepText step={step} />
            </li>
          ))}
        </Stack>
      </Panel>
      <Read playbook={playbook} />
    </Page>
  );
}

function Read({ playbook: { id, version, readBy } }: { readonly playbook: Playbook }) {
  const { login } = useSession();
  const client = useQueryClient();
  const reading = useMutation({
    mutationFn: () => post(`/v1/playbooks/${encodeURIComponent(id)}/read`, { version }),
    onSettled: () => client.invalidateQueries({ queryKey: ["playbooks"] }),
  });
  const isRead = readBy.some((one) => one.login === login);
  return (
    <Panel title="Who has read this version">
      <Stack gap="xs" align="flex-start">
        {readBy.length === 0 ? <Text size="sm">Nobody yet.</Text> : null}
        {readBy.map((one) => (
          <Text key={one.login} size="sm">
            <bdi>{one.login}</bdi>, <Ago atMs={one.atMs} />
          </Text>
        ))}
        {isRead ? null : (
          <Button loading={reading.isPending} onClick={() => reading.mutate()}>
            I have read it
          </Button>
        )}
        {reading.error === null ? null : <Fault fault={reading.error} />}
      </Stack>
    </Panel>
  );
}

/** Playbooks that premortem brings hold a word where a number has to be. */
function Telephone({ number }: { readonly number: string }) {
  const digits = number.replace(/[^+\d]/g, "");
  if (digits === "") return <Word tone="warn">no number yet: {number}</Word>;
  return <a href={`tel:${digits}`}>{number}</a>;
}
