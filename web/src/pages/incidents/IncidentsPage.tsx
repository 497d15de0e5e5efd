import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { incidentsQuery } from "../../api/queries.ts";
import { Ago } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { durationText } from "../../lib/time.ts";
import { useListKeys } from "../../lib/useListKeys.ts";
import { IncidentWord } from "./IncidentWord.tsx";
import { incidentTitle } from "./incidentTitle.ts";

export function IncidentsPage() {
  const query = useQuery(incidentsQuery);
  const list = useListKeys();
  return (
    <Page
      title="Incidents"
      lead="They open by themselves: by a broken promise, or by what is felt."
    >
      <Panel title="All incidents">
        <Answered query={query}>
          {(incidents) =>
            incidents.length === 0 ? (
              <Empty title="There was none." />
            ) : (
              <div ref={list}>
                <Rows>
                  {incidents.map(({ id, status, beganMs, recoveredMs, ...rest }) => (
                    <Row key={id} aside={<IncidentWord status={status} />}>
                      <Anchor component={Link} to={`/incidents/${id}`} fw={600} data-list-item>
                        {id} · {incidentTitle(rest)}
                      </Anchor>
                      <Text size="sm" c="dimmed">
                        began <Ago atMs={beganMs} />
                        {recoveredMs === null
                          ? ""
                          : `, over after ${durationText(recoveredMs - beganMs)}`}
                      </Text>
                    </Row>
                  ))}
                </Rows>
              </div>
            )
          }
        </Answered>
      </Panel>
    </Page>
  );
}
