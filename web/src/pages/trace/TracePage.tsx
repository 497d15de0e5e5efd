import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { devicesQuery, traceQuery } from "../../api/queries.ts";
import { Empty } from "../../components/Empty.tsx";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { TraceForm } from "./TraceForm.tsx";
import { TraceView } from "./TraceView.tsx";

/** What happens to this packet? The address of the page holds the question, so that it can be sent to others. */
export function TracePage() {
  const { device, packet } = useSearch({ from: "/trace" });
  const navigate = useNavigate();
  const devices = useQuery(devicesQuery);
  return (
    <Page
      title="What happens to this packet?"
      lead="Asked of the rules that run, as they were read last. No packet is sent."
    >
      <Panel title="The packet">
        <Answered query={devices}>
          {(found) => (
            <TraceForm
              key={`${device} ${packet}`}
              devices={namesOf(found)}
              device={device}
              packet={packet}
              ask={(search) => void navigate({ to: "/trace", search })}
            />
          )}
        </Answered>
      </Panel>
      {device === undefined || packet === undefined ? null : (
        <Asked device={device} packet={packet} />
      )}
    </Page>
  );
}

/** Those with rules of their own first: they are what is asked about. */
function namesOf(
  devices: readonly { readonly name: string; readonly sources: readonly string[] }[],
) {
  return devices
    .toSorted((a, b) => Number(b.sources.length > 0) - Number(a.sources.length > 0))
    .map(({ name }) => name);
}

function Asked({ device, packet }: { readonly device: string; readonly packet: string }) {
  const query = useQuery(traceQuery(device, packet));
  return (
    <Answered query={query} lines={6}>
      {(trace) =>
        trace.outcomes.length === 0 ? (
          <Empty title="No chain sees this packet.">
            <Text size="sm">Nothing filters it on {device}.</Text>
          </Empty>
        ) : (
          <TraceView trace={trace} />
        )
      }
    </Answered>
  );
}
