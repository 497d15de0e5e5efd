import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { post } from "../../api/client.ts";
import { drillsQuery, trainingQuery } from "../../api/queries.ts";
import type { DrillRun, Drills } from "../../api/types.ts";
import { mayOperate, seesNetwork, useSession } from "../../app/session.ts";
import { Ago } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Word } from "../../components/Word.tsx";
import { Attendance } from "./Attendance.tsx";
import { Coverage } from "./Coverage.tsx";
import { Plan } from "./Plan.tsx";
import { Questions } from "./Questions.tsx";
import { RecordPanel } from "./RecordPanel.tsx";

/** What to practise, and how one stands with it; outages on purpose, and questions. Nothing real is touched. */
export function TrainingPage() {
  const session = useSession();
  const drills = useQuery(drillsQuery);
  const training = useQuery(trainingQuery);
  return (
    <Page
      title="Training"
      lead="What to practise, and how you stand. Drills run on a simulation of their own: nothing real is touched."
    >
      <Answered query={training} lines={4}>
        {(found) => <Plan training={found} />}
      </Answered>
      <Answered query={drills} lines={8}>
        {(found) => (
          <Stack>
            <Shelf drills={found.drills} />
            <OwnRuns runs={found.runs} />
          </Stack>
        )}
      </Answered>
      {seesNetwork(session) ? <Questions /> : null}
      {training.data === undefined ? null : (
        <>
          <Coverage training={training.data} />
          {mayOperate(session) && training.data.plan.length > 0 ? (
            <Attendance plan={training.data.plan} />
          ) : null}
          <RecordPanel training={training.data} />
        </>
      )}
    </Page>
  );
}

function Shelf({ drills }: Pick<Drills, "drills">) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const beginning = useMutation({
    mutationFn: (id: string) =>
      post<DrillRun>(`/v1/drills/${encodeURIComponent(id)}/runs`, { pace: "steps" }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ["drills"] });
      await navigate({ to: "/training/$run", params: { run: String(id) } });
    },
  });
  return (
    <Panel title="Drills">
      <Stack>
        {drills.map(({ id, title, story, minutes }) => (
          <Group key={id} justify="space-between" gap="xs">
            <div style={{ maxWidth: "65ch" }}>
              <Text fw={600}>{title}</Text>
              <Text size="sm" c="dimmed">
                {story}
              </Text>
              <Text size="sm" c="dimmed">
                about {minutes} minutes
              </Text>
            </div>
            <Button
              variant="default"
              loading={beginning.isPending && beginning.variables === id}
              onClick={() => beginning.mutate(id)}
            >
              Play
            </Button>
          </Group>
        ))}
        {beginning.error === null ? null : <Fault fault={beginning.error} />}
      </Stack>
    </Panel>
  );
}

function OwnRuns({ runs }: Pick<Drills, "runs">) {
  return (
    <Panel title="Drills that you played">
      {runs.length === 0 ? (
        <Empty title="You have not played one yet.">Nobody else sees your scores.</Empty>
      ) : (
        <Stack gap="xs">
          {runs.map(({ id, title, begunMs, isOver, total, outcome }) => (
            <Group key={id} justify="space-between" gap="xs">
              <div>
                <Anchor component={Link} to={`/training/${id}`}>
                  {title}
                </Anchor>
                <Text size="sm" c="dimmed">
                  <Ago atMs={begunMs} />
                </Text>
              </div>
              <Word tone={isOver ? (outcome === "restored" ? "good" : "warn") : "quiet"}>
                {isOver ? `${total ?? 0} of 100` : "goes on"}
              </Word>
            </Group>
          ))}
        </Stack>
      )}
    </Panel>
  );
}
