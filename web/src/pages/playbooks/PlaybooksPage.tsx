import { Alert, Anchor, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { playbooksQuery } from "../../api/queries.ts";
import type { Playbooks } from "../../api/types.ts";
import { useSession } from "../../app/session.ts";
import { Empty } from "../../components/Empty.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { Word } from "../../components/Word.tsx";
import { useListKeys } from "../../lib/useListKeys.ts";
import { counted } from "../../lib/words.ts";

/** What to do when: each with its owner, and whether it was read. */
export function PlaybooksPage() {
  const query = useQuery(playbooksQuery);
  return (
    <Page
      title="Playbooks"
      lead="Who does what, when something hurts. Print them: they are needed when this page is not there."
      actions={
        <Anchor href="/v1/break-glass" target="_blank">
          Break-glass card
        </Anchor>
      }
    >
      <Answered query={query} lines={8}>
        {(found) => (
          <Stack>
            <Problems problems={found.problems} />
            <Shelf playbooks={found.playbooks} />
          </Stack>
        )}
      </Answered>
    </Page>
  );
}

function Problems({ problems }: Pick<Playbooks, "problems">) {
  if (problems.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      title={`${counted(problems.length, "mistake")} in files that are not used`}
    >
      <List size="sm">
        {problems.map(({ path, message, help }) => (
          <List.Item key={`${path} ${message}`}>
            {path}: <Prose text={`${message}. ${help}`} />
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Shelf({ playbooks }: Pick<Playbooks, "playbooks">) {
  const { login } = useSession();
  const list = useListKeys();
  if (playbooks.length === 0)
    return (
      <Panel title="All playbooks">
        <Empty title="There are none.">
          Put files into <code>playbooks/</code> beside the network file.
        </Empty>
      </Panel>
    );
  return (
    <Panel title="All playbooks">
      <div ref={list}>
        <Rows>
          {playbooks.map(({ id, title, owner, steps, isPaper, isOverdue, reviewBy, readBy }) => (
            <Row
              key={id}
              aside={
                <>
                  {isOverdue ? <Word tone="warn">review overdue</Word> : null}{" "}
                  {readBy.some((one) => one.login === login) ? (
                    <Word tone="quiet">you have read it</Word>
                  ) : (
                    <Word tone="warn">not read by you</Word>
                  )}
                </>
              }
            >
              <Anchor
                component={Link}
                to={`/playbooks/${encodeURIComponent(id)}`}
                fw={600}
                data-list-item
              >
                {title}
              </Anchor>
              <Text size="sm" c="dimmed">
                {owner} · {counted(steps, "step")}
                {isPaper ? " · on paper: premortem itself is down" : ""} · to be reviewed by{" "}
                <span style={{ whiteSpace: "nowrap" }}>{reviewBy}</span>
              </Text>
            </Row>
          ))}
        </Rows>
      </div>
    </Panel>
  );
}
