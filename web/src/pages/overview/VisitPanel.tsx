import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { changesQuery, drillsQuery, incidentsQuery, simulationQuery } from "../../api/queries.ts";
import { Mono } from "../../components/Code.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Word } from "../../components/Word.tsx";
import { nextOf, stepsOf } from "./visitSteps.ts";

/** Only where nothing is real: what a visitor may do here in five minutes, and how far this has come. */
export function VisitPanel() {
  const { data: simulation } = useQuery(simulationQuery);
  const [isFolded, setFolded] = useKept("premortem-visit-folded");
  if (simulation === undefined || simulation === null) return null;
  return (
    <Panel
      title="The five-minute visit"
      aside={
        <Button
          variant="subtle"
          size="compact-sm"
          aria-label={`${isFolded ? "Show" : "Hide"} the steps of the visit`}
          aria-expanded={!isFolded}
          onClick={() => setFolded(!isFolded)}
        >
          {isFolded ? "Show" : "Hide"}
        </Button>
      }
    >
      {isFolded ? (
        <Text size="sm">Nothing here is real: a simulated mail network, to play with.</Text>
      ) : (
        <Steps />
      )}
    </Panel>
  );
}

/** Kept in this browser: a visitor comes back by the same link. */
function useKept(key: string) {
  return useLocalStorage({ key, defaultValue: false, getInitialValueInEffect: false });
}

function Steps() {
  const { data: changes = [] } = useQuery(changesQuery);
  const { data: incidents = [] } = useQuery(incidentsQuery);
  const { data: drills } = useQuery(drillsQuery);
  const [hasRead, setRead] = useKept("premortem-visit-read");
  const hasDrilled = (drills?.runs.length ?? 0) > 0;
  const steps = stepsOf({ changes, incidents, hasRead, hasDrilled });
  const next = nextOf(steps);
  return (
    <Stack gap="sm">
      <Text size="sm">
        Nothing here is real. A mail network runs in this process, and one rule can silence it:{" "}
        <Mono>ip saddr @mail counter drop</Mono>
      </Text>
      <ol style={{ margin: 0, paddingInlineStart: "1.4em" }}>
        {steps.map(({ to, title, text, isDone }, place) => (
          <li
            key={title}
            aria-current={place === next ? "step" : undefined}
            style={{ paddingBlock: 4 }}
          >
            <Group gap="xs">
              <Anchor
                component={Link}
                to={to}
                fw={place === next ? 700 : 500}
                onClick={() => setRead(hasRead || to.endsWith("/postmortem"))}
              >
                {title}
              </Anchor>
              {isDone ? <Word tone="good">done</Word> : null}
            </Group>
            <Text size="sm" c="dimmed">
              {text}
            </Text>
          </li>
        ))}
      </ol>
    </Stack>
  );
}
