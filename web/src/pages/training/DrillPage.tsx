import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { post } from "../../api/client.ts";
import { drillRunQuery } from "../../api/queries.ts";
import type { DrillAction, DrillRun } from "../../api/types.ts";
import { Fault } from "../../components/Fault.tsx";
import { Page, PageOf } from "../../components/Page.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Actions } from "./Actions.tsx";
import { DebriefView } from "./DebriefView.tsx";
import { Entries } from "./Entries.tsx";

const MINUTE_MS = 60_000;

/** One drill as it is played: what was seen, what can be done, and in the end what it came to. */
export function DrillPage() {
  const { run } = useParams({ from: "/training/$run" });
  const query = useQuery(drillRunQuery(Number(run)));
  return (
    <PageOf title={`Drill ${run}`} query={query}>
      {(found) => <OneRun run={found} />}
    </PageOf>
  );
}

function OneRun({ run }: { readonly run: DrillRun }) {
  const { id, drill, nowMs, startMs, isOver } = run;
  const client = useQueryClient();
  const acting = useMutation({
    mutationFn: (action: DrillAction) => post<DrillRun>(`/v1/drill-runs/${id}/actions`, action),
    onSuccess: (next) => client.setQueryData(drillRunQuery(id).queryKey, next),
  });
  return (
    <Page
      title={drill.title}
      lead={
        <>
          <Link to="/training">Training</Link> · a simulation: nothing here is real
        </>
      }
    >
      {isOver ? <DebriefView run={id} /> : null}
      <Panel
        title="What you know"
        aside={
          <Text fw={700} role="timer">
            minute {Math.floor((nowMs - startMs) / MINUTE_MS)}
          </Text>
        }
      >
        <Text>{drill.story}</Text>
      </Panel>
      <SimpleGrid cols={{ base: 1, lg: isOver ? 1 : 2 }}>
        {isOver ? null : (
          <Stack>
            <Actions run={run} isBusy={acting.isPending} act={(action) => acting.mutate(action)} />
            {acting.error === null ? null : <Fault fault={acting.error} />}
          </Stack>
        )}
        <Entries run={run} />
      </SimpleGrid>
    </Page>
  );
}
