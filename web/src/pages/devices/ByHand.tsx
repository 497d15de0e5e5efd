import { Button, Group, Select, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import { simulationQuery } from "../../api/queries.ts";
import type { HandAnswer } from "../../api/types.ts";
import { Lines } from "../../components/Code.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Panel } from "../../components/Panel.tsx";

/** Only where nothing is real: what somebody would type on the device itself, past everybody. */
export function ByHand({ device }: { readonly device: string }) {
  const { data: simulation } = useQuery(simulationQuery);
  if (simulation === undefined || simulation === null) return null;
  if (!simulation.devices.some(({ name, takesHand }) => name === device && takesHand)) return null;
  return <Box device={device} logins={simulation.logins} />;
}

/** The rule of the origin: put in at night, against a printer. */
const EXAMPLE =
  'insert rule inet edge forward ip saddr @mail counter drop comment "temp: printer noise"';

function Box({ device, logins }: { readonly device: string; readonly logins: readonly string[] }) {
  const client = useQueryClient();
  const [command, setCommand] = useState(EXAMPLE);
  const [login, setLogin] = useState(logins[0] ?? "");
  const typing = useMutation({
    mutationFn: () =>
      post<HandAnswer>(`/v1/simulation/devices/${encodeURIComponent(device)}/nft`, {
        login,
        command,
      }),
    onSettled: () => client.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    typing.mutate();
  };
  return (
    <Panel title="By hand, past premortem (simulated)">
      <form onSubmit={submit}>
        <Stack gap="xs">
          <Text size="sm">
            As somebody would over ssh at night: no review, no proof. Watch what happens.
          </Text>
          <Textarea
            label={`$ nft … on ${device}`}
            autosize
            minRows={1}
            maxRows={8}
            ff="monospace"
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            spellCheck={false}
            value={command}
            onChange={({ currentTarget }) => setCommand(currentTarget.value)}
          />
          <Group align="end" gap="xs">
            <Select
              label="Logged in as"
              allowDeselect={false}
              data={[...logins]}
              value={login}
              onChange={(next) => setLogin(next ?? "")}
              w={160}
            />
            <Button type="submit" variant="default" loading={typing.isPending}>
              Run
            </Button>
          </Group>
          {typing.data === undefined ? null : <Said answer={typing.data} />}
          {typing.error === null ? null : <Fault fault={typing.error} />}
        </Stack>
      </form>
    </Panel>
  );
}

function Said({ answer: { code, out, error } }: { readonly answer: HandAnswer }) {
  if (code === 0 && out === "")
    return (
      <Text size="sm" role="status">
        Done: nft said nothing, as it does when it worked.
      </Text>
    );
  return <Lines label="what nft said" text={`${out}${error}`} />;
}
