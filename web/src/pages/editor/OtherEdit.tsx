import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { Change } from "../../api/types.ts";
import { Ago } from "../../components/Ago.tsx";
import { TextDiff } from "../../components/TextDiff.tsx";
import type { Files } from "../../engine/messages.ts";

/** Somebody else has saved the change since this text was begun: both texts beside each other, and the choice. */
export function OtherEdit({
  change: { lastEditor, updatedMs },
  theirs,
  mine,
  onMine,
  onTheirs,
}: {
  readonly change: Change;
  readonly theirs: ReadonlyMap<string, string>;
  readonly mine: Files;
  readonly onMine: () => void;
  readonly onTheirs: () => void;
}) {
  const differing = mine.filter(([path, text]) => theirs.has(path) && theirs.get(path) !== text);
  return (
    <Alert color="yellow" variant="light" title="Somebody else has saved this change" role="alert">
      <Stack gap="sm">
        <Text size="sm" component="div">
          <bdi>{lastEditor}</bdi> saved it <Ago atMs={updatedMs} />, after you began. What you typed
          is kept here, and is not saved. Left is theirs, right is yours.
        </Text>
        {differing.map(([path, text]) => (
          <TextDiff
            key={path}
            label={`${path}: theirs, and yours`}
            before={theirs.get(path) ?? ""}
            after={text}
            marks={NO_MARKS}
          />
        ))}
        <Group gap="xs">
          <Button variant="default" onClick={onMine}>
            Go on with mine: saving replaces theirs
          </Button>
          <Button variant="default" onClick={onTheirs}>
            Take theirs: what I typed goes
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

const NO_MARKS: readonly never[] = [];
