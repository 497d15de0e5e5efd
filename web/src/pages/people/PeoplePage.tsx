import { Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { networkQuery, onCallQuery } from "../../api/queries.ts";
import type { OnCall } from "../../api/types.ts";
import { Clock } from "../../components/Ago.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Word } from "../../components/Word.tsx";

/** Who is on call, and who there is. */
export function PeoplePage() {
  const onCall = useQuery(onCallQuery);
  const network = useQuery(networkQuery);
  return (
    <Page title="People">
      <Panel title="On call">
        <Answered query={onCall}>{({ calendars }) => <Calendars calendars={calendars} />}</Answered>
      </Panel>
      <Panel title="Everybody">
        <Answered query={network}>
          {({ people }) => (
            <Table>
              <Table.Tbody>
                {people.map(({ login, name }) => (
                  <Table.Tr key={login}>
                    <Table.Td>
                      <bdi>{name}</bdi>
                    </Table.Td>
                    <Table.Td>
                      <Text size="sm" c="dimmed">
                        {login}
                      </Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Answered>
      </Panel>
    </Page>
  );
}

function Calendars({ calendars }: OnCall) {
  if (calendars.length === 0)
    return (
      <Empty title="Nobody is on call.">
        Write calendars under <code>on-call:</code> in the network file: until then alerts go to
        channels alone.
      </Empty>
    );
  return (
    <Stack gap="sm">
      {calendars.map(({ name, timeZone, now, next }) => (
        <div key={name}>
          <Text fw={600} size="sm">
            {name}{" "}
            <Text span c="dimmed" size="sm">
              {timeZone}
            </Text>
          </Text>
          <Text size="sm" component="div">
            {now.login === null ? (
              <Word tone="bad">nobody</Word>
            ) : (
              <Word tone="good">
                <bdi>{now.name ?? now.login}</bdi>
              </Word>
            )}
            {now.untilMs === null ? null : (
              <>
                {" "}
                until <Clock atMs={now.untilMs} />
              </>
            )}
            {next === null ? null : (
              <>
                , then <bdi>{next.name ?? next.login ?? "nobody"}</bdi>
              </>
            )}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
