import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Change, Device, TrainingStanding } from "../../api/types.ts";
import { turnOf } from "../../app/waitingFor.ts";
import { Ago } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { missingText } from "../changes/missingText.ts";
import { STANDINGS } from "../training/standingWords.ts";

/** What goes on only when this person has done something. */
export function WaitsPanel({
  changes,
  devices,
  training,
  login,
}: {
  readonly changes: readonly Change[];
  readonly devices: readonly Device[];
  readonly training: readonly TrainingStanding[];
  readonly login: string;
}) {
  const mine = changes.filter((change) => turnOf(change, login) === "mine");
  const ready = changes.filter((change) => turnOf(change, login) === "ready");
  const asked = devices.filter((device) => device.asked !== null && device.asked.login !== login);
  const late = training.filter(({ state }) => state === "overdue" || state === "never");
  const isNothing = mine.length + ready.length + asked.length + late.length === 0;
  return (
    <Panel title="Waits for me">
      {isNothing ? <Empty title="Nothing waits for you." /> : null}
      <Stack gap="sm">
        {[...mine, ...ready].map((change) => (
          <Group key={change.id} justify="space-between" gap="xs" wrap="nowrap">
            <div>
              <Anchor component={Link} to={`/changes/${change.id}`} fw={600}>
                Change {change.id} of {change.device}
              </Anchor>
              <Text size="sm" c="dimmed">
                {change.missing.length === 0 ? (
                  "ready to apply"
                ) : (
                  <Prose text={change.missing.map(missingText).join("; ")} />
                )}
              </Text>
            </div>
            <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
              <Ago atMs={change.updatedMs} />
            </Text>
          </Group>
        ))}
        {asked.map(({ name, asked: wish }) => (
          <div key={name}>
            <Anchor component={Link} to={`/devices/${encodeURIComponent(name)}`} fw={600}>
              Adopt what runs on {name}?
            </Anchor>
            <Text size="sm" c="dimmed">
              {wish?.login} asks; promises are lost: {wish?.lost.join(", ")}
            </Text>
          </div>
        ))}
        {late.map(({ lesson, title, state, dueMs }) => (
          <div key={lesson}>
            <Anchor component={Link} to="/training" fw={600}>
              <bdi>{title}</bdi>
            </Anchor>
            <Text size="sm" c="dimmed">
              training {STANDINGS[state][1]}
              {dueMs === null ? null : (
                <>
                  , was due <Ago atMs={dueMs} />
                </>
              )}
            </Text>
          </div>
        ))}
      </Stack>
    </Panel>
  );
}
