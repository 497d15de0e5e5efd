import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client.ts";
import { playbookRunsQuery } from "../../api/queries.ts";
import type { Incident, PlaybookRuns as Runs } from "../../api/types.ts";
import { Fault } from "../../components/Fault.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { RunSteps } from "./RunSteps.tsx";

/** The playbooks for this incident: those that are followed, and those that would be for it. */
export function PlaybookRuns({ incident: { id, status } }: { readonly incident: Incident }) {
  const query = useQuery(playbookRunsQuery(id));
  return (
    <Panel title="Playbook">
      <Answered query={query}>
        {(found) => (
          <Stack>
            {found.runs.map((run) => (
              <RunSteps key={run.id} run={run} />
            ))}
            {status === "closed" ? null : <Begin incident={id} found={found} />}
          </Stack>
        )}
      </Answered>
    </Panel>
  );
}

function Begin({
  incident,
  found: { runs, matches },
}: {
  readonly incident: number;
  readonly found: Runs;
}) {
  const client = useQueryClient();
  const beginning = useMutation({
    mutationFn: (playbook: string) => post(`/v1/incidents/${incident}/playbook-runs`, { playbook }),
    onSettled: () => client.invalidateQueries({ queryKey: ["playbooks"] }),
  });
  const begun = new Set(
    runs.filter(({ status }) => status === "open").map(({ playbook }) => playbook.id),
  );
  const left = matches.filter(({ playbook }) => !begun.has(playbook));
  if (left.length === 0)
    return runs.length === 0 ? (
      <Text size="sm">No playbook is for this kind of incident.</Text>
    ) : null;
  return (
    <>
      {left.map(({ playbook, title, why }) => (
        <Group key={playbook} justify="space-between" gap="xs">
          <div>
            <Text size="sm" fw={600}>
              {title}
            </Text>
            <Text size="sm" c="dimmed">
              <Prose text={why.join("; ")} />
            </Text>
          </div>
          <Button
            variant="default"
            loading={beginning.isPending && beginning.variables === playbook}
            onClick={() => beginning.mutate(playbook)}
          >
            Follow it
          </Button>
        </Group>
      ))}
      {beginning.error === null ? null : <Fault fault={beginning.error} />}
    </>
  );
}
