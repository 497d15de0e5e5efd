import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { changesQuery, drillsQuery, incidentsQuery, simulationQuery } from "../../api/queries.ts";
import type { Change, Incident } from "../../api/types.ts";
import { Mono } from "../../components/Code.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Word } from "../../components/Word.tsx";

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
  const next = steps.findIndex(({ isDone }) => !isDone);
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

interface Step {
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly isDone: boolean;
}

/** What there is to see how far a visit has come. */
interface Seen {
  readonly changes: readonly Change[];
  readonly incidents: readonly Incident[];
  /** The one step that leaves nothing behind. */
  readonly hasRead: boolean;
  readonly hasDrilled: boolean;
}

/** What is done is seen in what is there, whoever did it. */
function stepsOf({ changes, incidents, hasRead, hasDrilled }: Seen): readonly Step[] {
  const [incident] = incidents;
  const [undone] = incidents.filter(({ undo }) => undo !== null);
  return [
    {
      to: "/changes/new",
      title: "Propose the rule, and see it refused",
      text: "Under “type filter hook forward”. What it closes is told while you type; which promises it breaks, with the packet and the line, before it can be applied.",
      isDone: changes.some(({ proof }) => (proof?.broken.length ?? 0) > 0),
    },
    {
      to: "/devices/fw1",
      title: "Put it in by hand all the same",
      text: "As somebody would over ssh at night. Errors of the database and complaints come in; an incident opens within seconds and names the rule.",
      isDone: incident !== undefined,
    },
    {
      to: incident === undefined ? "/incidents" : `/incidents/${incident.id}`,
      title: "Undo it, best on a phone-sized window",
      text: "What it takes, and what it gives back, stands beside the button: proved on what runs.",
      isDone: undone !== undefined,
    },
    {
      to: undone === undefined ? "/incidents" : `/incidents/${undone.id}/postmortem`,
      title: "Read the postmortem",
      text: "It is drafted from what was seen, with the check that would have refused the rule.",
      isDone: hasRead,
    },
    {
      to: "/training",
      title: "Play the outage yourself",
      text: "As a drill, with the clock running: what does it cost to chase the database first?",
      isDone: hasDrilled,
    },
  ];
}
