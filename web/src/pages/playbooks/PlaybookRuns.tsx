import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { post } from "../../api/client.ts";
import { playbookRunsQuery } from "../../api/queries.ts";
import type { Incident, PlaybookRuns as Runs } from "../../api/types.ts";
import { Fault } from "../../components/Fault.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";
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

/** The best first, with what each is for; what nothing of the incident speaks for is folded. */
function Begin({
  incident,
  found: { runs, matches, others },
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
  const rest = others.filter(({ playbook }) => !begun.has(playbook));
  const row = (one: Choice, children: ReactNode) => (
    <Row
      key={one.playbook}
      aside={
        <Button
          variant="default"
          aria-label={`Follow it: ${one.title}`}
          loading={beginning.isPending && beginning.variables === one.playbook}
          onClick={() => beginning.mutate(one.playbook)}
        >
          Follow it
        </Button>
      }
    >
      <Text size="sm" fw={600}>
        {one.title}
      </Text>
      {children}
    </Row>
  );
  return (
    <>
      {matches.length === 0 && runs.length === 0 ? (
        <Text size="sm">No playbook is for this kind of incident.</Text>
      ) : null}
      {left.length === 0 ? null : <Rows>{left.map((one) => row(one, <Fit match={one} />))}</Rows>}
      {rest.length === 0 ? null : (
        <details>
          <summary>{counted(rest.length, "other playbook")}, for other incidents</summary>
          <Rows>{rest.map((one) => row(one, null))}</Rows>
        </details>
      )}
      {beginning.error === null ? null : <Fault fault={beginning.error} />}
    </>
  );
}

type Match = Runs["matches"][number];
type Choice = Runs["others"][number];

function Fit({ match: { fit, fits, why } }: { readonly match: Match }) {
  if (fit === "general")
    return (
      <Text size="sm" c="dimmed">
        for any incident: <Prose text={why.join("; ")} />
      </Text>
    );
  return (
    <Text size="sm" component="div">
      <Word tone={fit === "promise" ? "good" : "quiet"}>fits</Word> <Prose text={fits.join("; ")} />
    </Text>
  );
}
