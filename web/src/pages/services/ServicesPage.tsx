import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import {
  countHistoryQuery,
  type Lookback,
  probeHistoryQuery,
  statusQuery,
} from "../../api/queries.ts";
import { Page } from "../../components/Page.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { MonitorsPanel } from "./MonitorsPanel.tsx";
import { ProbeRows } from "./ProbeRows.tsx";
import { Traffic } from "./Traffic.tsx";
import { useMarks } from "./useMarks.ts";

/** Ninety bars, as people know them, but for the last half hour; the same time everywhere on the page. */
const BARS = 90;
const RANGES = {
  "30m": { sliceMinutes: 1, slices: 30 },
  "90m": { sliceMinutes: 1, slices: BARS },
  "24h": { sliceMinutes: 16, slices: BARS },
  "7d": { sliceMinutes: 112, slices: BARS },
} satisfies Record<string, Lookback>;
type RangeName = keyof typeof RANGES;

const LABELS: Readonly<Record<RangeName, string>> = {
  "30m": "30 min",
  "90m": "90 min",
  "24h": "24 h",
  "7d": "7 d",
};

/** Do the services work, and since when do they not? */
export function ServicesPage() {
  const { range = "30m" }: { readonly range?: RangeName } = useSearch({ from: "/services" });
  const navigate = useNavigate();
  const back = RANGES[range];
  const status = useQuery(statusQuery);
  const history = useQuery(probeHistoryQuery(back));
  const counts = useQuery(countHistoryQuery(back));
  const marks = useMarks();
  return (
    <Page
      title="Services"
      lead="Asked from where the mail servers stand, as they would ask."
      actions={
        <SegmentedControl
          aria-label="How far back"
          value={range}
          onChange={(next) =>
            void navigate({ to: "/services", search: { range: next as RangeName } })
          }
          data={Object.entries(LABELS).map(([value, label]) => ({ value, label }))}
        />
      }
    >
      <Panel title="Probes">
        <Answered query={status} lines={8}>
          {({ probes }) => <ProbeRows probes={probes} history={history.data} />}
        </Answered>
      </Panel>
      <Panel title="Mail">
        <Answered query={counts} lines={6}>
          {(found) => <Traffic history={found} marks={marks} />}
        </Answered>
      </Panel>
      <Answered query={status}>
        {({ monitors, channels }) => <MonitorsPanel monitors={monitors} channels={channels} />}
      </Answered>
    </Page>
  );
}
