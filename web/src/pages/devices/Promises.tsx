import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { isKept } from "../../../../src/engine/intents/model.ts";
import { standingQuery } from "../../api/queries.ts";
import { Empty } from "../../components/Empty.tsx";
import { PacketLink } from "../../components/PacketLink.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Row, Rows } from "../../components/Rows.tsx";
import { IntentWord, wordsOf } from "../overview/PromisesPanel.tsx";

/** What is promised of one device, judged on what runs there. */
export function Promises({ device }: { readonly device: string }) {
  const query = useQuery(standingQuery(device));
  return (
    <Panel title="Promises on what runs">
      <Answered query={query}>
        {({ intents, assumptions, notSeen }) => (
          <Stack gap="xs">
            {intents.length === 0 ? <Empty title="Nothing is promised here." /> : null}
            <Rows>
              {intents.map((intent) => {
                const { id, from, to, services, expect, status, example } = intent;
                const words = wordsOf(intent);
                return (
                  <Row key={id} aside={<IntentWord status={status} />}>
                    <Text size="sm" fw={600}>
                      {id}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {from} {expect === "blocked" ? "must not reach" : "reaches"} {to},{" "}
                      {services.join(", ")}
                    </Text>
                    {isKept(status) || example === null ? null : (
                      <PacketLink device={device} packet={example} />
                    )}
                    {words.length === 0 ? null : (
                      <Text size="sm">
                        <Prose text={words.slice(0, 3).join("; ")} />
                      </Text>
                    )}
                  </Row>
                );
              })}
            </Rows>
            <Text size="sm" c="dimmed">
              Assuming:{" "}
              <Prose text={assumptions.length === 0 ? "nothing" : assumptions.join("; ")} />. Not
              seen: <Prose text={notSeen.length === 0 ? "nothing known of" : notSeen.join("; ")} />.
            </Text>
          </Stack>
        )}
      </Answered>
    </Panel>
  );
}
