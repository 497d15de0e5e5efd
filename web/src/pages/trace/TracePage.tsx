import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { devicesQuery, traceQuery } from "../../api/queries.ts";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { BeforeAfter } from "./BeforeAfter.tsx";
import { TraceForm } from "./TraceForm.tsx";
import { TraceView } from "./TraceView.tsx";

/**
 * What happens to this packet? The answer stands first: on a phone the form alone fills the window. The address of the
 * page holds the question, so that it can be sent to others.
 */
export function TracePage() {
  const { device, packet, change } = useSearch({ from: "/trace" });
  const navigate = useNavigate();
  const devices = useQuery(devicesQuery);
  const isAsked = device !== undefined && packet !== undefined;
  return (
    <Page
      title="What happens to this packet?"
      lead={`Asked of the rules that run, as they were read last${
        change === undefined ? "" : `, and of what change ${change} makes of them`
      }. No packet is sent.`}
    >
      {!isAsked ? null : change === undefined ? (
        <Asked device={device} packet={packet} />
      ) : (
        <BeforeAfter device={device} packet={packet} change={change} />
      )}
      <Panel title={isAsked ? "Ask about another packet" : "The packet"}>
        <Answered query={devices}>
          {(found) => (
            <TraceForm
              key={`${device} ${packet}`}
              devices={namesOf(found)}
              device={device}
              packet={packet}
              ask={(asked) => {
                const stays = change !== undefined && asked.device === device;
                void navigate({ to: "/trace", search: stays ? { ...asked, change } : asked });
              }}
            />
          )}
        </Answered>
      </Panel>
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
  const query = useQuery(traceQuery(device, packet, null));
  return (
    <Answered query={query} lines={6}>
      {(trace) => <TraceView trace={trace} />}
    </Answered>
  );
}
