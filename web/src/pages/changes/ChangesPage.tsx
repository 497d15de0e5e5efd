import { Anchor, Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { changesQuery } from "../../api/queries.ts";
import type { Change } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { type Turn, turnOf } from "../../app/waitingFor.ts";
import { Ago } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { Word } from "../../components/Word.tsx";
import { useListKeys } from "../../lib/useListKeys.ts";
import { ChangeWord } from "./ChangeWord.tsx";
import { missingText } from "./missingText.ts";

/** The inbox: changes by whose turn it is. */
export function ChangesPage() {
  const query = useQuery(changesQuery);
  const session = useSession();
  return (
    <Page
      title="Changes"
      lead="By whose turn it is."
      actions={
        mayOperate(session) ? (
          <Button component={Link} to="/changes/new">
            Propose a change
          </Button>
        ) : undefined
      }
    >
      <Answered query={query} lines={8}>
        {(changes) => <Inbox changes={changes} login={session.login} />}
      </Answered>
    </Page>
  );
}

const SECTIONS: readonly { readonly turn: Turn; readonly title: string }[] = [
  { turn: "mine", title: "Your turn" },
  { turn: "ready", title: "Ready to apply" },
  { turn: "others", title: "Somebody else's turn" },
  { turn: "over", title: "Over" },
];

function Inbox({
  changes,
  login,
}: {
  readonly changes: readonly Change[];
  readonly login: string;
}) {
  const list = useListKeys();
  if (changes.length === 0)
    return (
      <Panel title="No changes yet">
        <Empty title="Nobody has proposed anything.">
          Propose an edit of a device's source files: what it breaks is proved before anything is
          loaded.
        </Empty>
      </Panel>
    );
  return (
    <Stack ref={list}>
      {SECTIONS.map(({ turn, title }) => {
        const own = changes.filter((change) => turnOf(change, login) === turn);
        if (own.length === 0) return null;
        return (
          <Panel key={turn} title={`${title} (${own.length})`}>
            <Rows>
              {own.map((change) => (
                <OneChange key={change.id} change={change} />
              ))}
            </Rows>
          </Panel>
        );
      })}
    </Stack>
  );
}

function OneChange({ change }: { readonly change: Change }) {
  const { id, device, author, updatedMs, missing, paths, isFourEyes } = change;
  return (
    <Row
      aside={
        <>
          <ChangeWord status={change.status} />{" "}
          {isFourEyes === false ? <Word tone="warn">not four eyes</Word> : null}
        </>
      }
    >
      <Anchor component={Link} to={`/changes/${id}`} fw={600} data-list-item>
        Change {id} of <bdi>{device}</bdi>
      </Anchor>
      <Text size="sm" c="dimmed">
        {paths.join(", ")} · by <bdi>{author}</bdi>, <Ago atMs={updatedMs} />
      </Text>
      {missing.length === 0 ? null : (
        <Text size="sm">
          <Prose text={missing.map(missingText).join("; ")} />
        </Text>
      )}
    </Row>
  );
}
