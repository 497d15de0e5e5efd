import { Button, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { postmortemQuery } from "../../api/queries.ts";
import { Lines } from "../../components/Code.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Markdown } from "../../components/Markdown.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";

/** The story, drafted in the form of the origin, and the promises that would have told of it. */
export function PostmortemPage() {
  const { id } = useParams({ from: "/incidents/$id/postmortem" });
  const query = useQuery(postmortemQuery(Number(id)));
  return (
    <Page
      title={`Postmortem of incident ${id}`}
      lead={
        <Link to="/incidents/$id" params={{ id }}>
          Back to the incident
        </Link>
      }
      actions={
        query.data === undefined ? undefined : (
          <Group className="no-print" gap="xs">
            <CopyButton value={query.data.markdown}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? "Copied" : "Copy as Markdown"}
                </Button>
              )}
            </CopyButton>
            <Button variant="default" onClick={() => window.print()}>
              Print
            </Button>
          </Group>
        )
      }
    >
      <Answered query={query} lines={12}>
        {({ title, body, records, intents }) => (
          <Stack>
            <Panel title={title}>
              <Markdown text={body} />
              <details>
                <summary>All that was recorded</summary>
                <Markdown text={records} />
              </details>
            </Panel>
            <Panel title="Promises that would have told of it">
              {intents.length === 0 ? (
                <Empty title="Those that there are told of it." />
              ) : (
                <Stack>
                  <Text size="sm">
                    Put them into the network file: the same outage is refused then.
                  </Text>
                  {intents.map((intent) => (
                    <Lines key={intent.id} label={intent.id} text={intent.yaml} />
                  ))}
                </Stack>
              )}
            </Panel>
          </Stack>
        )}
      </Answered>
    </Page>
  );
}
