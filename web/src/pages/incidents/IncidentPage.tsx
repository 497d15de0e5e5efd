import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { incidentQuery } from "../../api/queries.ts";
import type { Incident } from "../../api/types.ts";
import { Since } from "../../components/Ago.tsx";
import { Page, PageOf } from "../../components/Page.tsx";
import { durationText } from "../../lib/time.ts";
import { EscalationPanel } from "../people/EscalationPanel.tsx";
import { PlaybookRuns } from "../playbooks/PlaybookRuns.tsx";
import { CausePanel } from "./CausePanel.tsx";
import { CloseIncident } from "./CloseIncident.tsx";
import { IncidentWord } from "./IncidentWord.tsx";
import { incidentTitle } from "./incidentTitle.ts";
import { SymptomsPanel } from "./SymptomsPanel.tsx";
import { TimelinePanel } from "./TimelinePanel.tsx";
import { UndoPanel } from "./UndoPanel.tsx";

/** What hurts, since when, why, and how it ends. */
export function IncidentPage() {
  const { id } = useParams({ from: "/incidents/$id" });
  const query = useQuery(incidentQuery(Number(id)));
  return (
    <PageOf title={`Incident ${id}`} query={query}>
      {(incident) => <OneIncident incident={incident} />}
    </PageOf>
  );
}

function OneIncident({ incident }: { readonly incident: Incident }) {
  const { id, status, beganMs, recoveredMs } = incident;
  return (
    <Page
      title={incidentTitle(incident)}
      lead={
        <>
          <IncidentWord status={status} /> incident {id} ·{" "}
          {recoveredMs === null ? (
            <>
              for <Since atMs={beganMs} />
            </>
          ) : (
            `it lasted ${durationText(recoveredMs - beganMs)}`
          )}
        </>
      }
      actions={
        <>
          <Button component={Link} to={`/incidents/${id}/postmortem`} variant="default">
            Postmortem
          </Button>
          <CloseIncident incident={incident} />
        </>
      }
    >
      <CausePanel incident={incident} />
      {/* At three in the morning, on a phone, it is what somebody looks for. */}
      <UndoPanel incident={incident} />
      <EscalationPanel incident={incident.id} />
      <PlaybookRuns incident={incident} />
      <SymptomsPanel incident={incident} />
      <TimelinePanel incident={incident} />
    </Page>
  );
}
