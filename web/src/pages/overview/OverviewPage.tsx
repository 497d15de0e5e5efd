import { SimpleGrid, Stack } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { standingQuery, statusQuery, trainingQuery } from "../../api/queries.ts";
import type { Standing, Status } from "../../api/types.ts";
import { useSession } from "../../app/session.ts";
import { Page } from "../../components/Page.tsx";
import { Answered } from "../../components/Panel.tsx";
import { DevicesPanel } from "./DevicesPanel.tsx";
import { Headline } from "./Headline.tsx";
import { IncidentCard } from "./IncidentCard.tsx";
import { MapPanel } from "./MapPanel.tsx";
import { PromisesPanel } from "./PromisesPanel.tsx";
import { SensesPanel } from "./SensesPanel.tsx";
import { summaryOf } from "./standingSummary.ts";
import { VisitPanel } from "./VisitPanel.tsx";
import { WaitsPanel } from "./WaitsPanel.tsx";

/** Is it safe, and what needs me? */
export function OverviewPage() {
  const query = useQuery(statusQuery);
  return (
    <Page title="Overview">
      <Answered query={query} lines={8}>
        {(status) => <Overview status={status} />}
      </Answered>
    </Page>
  );
}

function Overview({ status }: { readonly status: Status }) {
  const { login } = useSession();
  const { data: training } = useQuery(trainingQuery);
  const summary = summaryOf(useStandings(status));
  return (
    <Stack>
      <Headline status={status} summary={summary} />
      {status.incidents.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} />
      ))}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Stack>
          <VisitPanel />
          <WaitsPanel
            changes={status.changes}
            devices={status.devices}
            training={training?.mine ?? []}
            login={login}
          />
          <MapPanel summary={summary} />
          <DevicesPanel devices={status.devices} />
        </Stack>
        <Stack>
          <PromisesPanel summary={summary} />
          <SensesPanel status={status} />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}

/** Of each device that has rules of its own; undefined while it is asked. */
function useStandings({ devices }: Status): readonly (Standing | undefined)[] {
  const ruled = devices.filter(({ sources }) => sources.length > 0);
  return useQueries({ queries: ruled.map(({ name }) => standingQuery(name)) }).map(
    ({ data }) => data,
  );
}
