import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { devicesQuery, statusQuery } from "../api/queries.ts";
import type { Device, Status } from "../api/types.ts";
import { incidentTitle } from "../pages/incidents/incidentTitle.ts";
import { PLACES } from "./places.ts";
import { useSession } from "./session.ts";

export const openPalette = () => spotlight.open();

/** Verbs and places, a few letters away (Ctrl+K). */
export function Palette() {
  const navigate = useNavigate();
  const session = useSession();
  const { data: status } = useQuery(statusQuery);
  const { data: devices } = useQuery(devicesQuery);
  const go = (to: string) => () => void navigate({ to });
  const places = PLACES.filter((place) => place.isFor(session)).map(
    ({ to, label, key }): SpotlightActionData => ({
      id: `place ${to}`,
      label: `Go to ${label.toLowerCase()}`,
      description: `keys: g ${key}`,
      onClick: go(to),
    }),
  );
  return (
    <Spotlight
      actions={[...open(status, go), ...verbs(devices ?? [], go), ...places]}
      shortcut={["mod + K"]}
      nothingFound="Nothing of that name"
      highlightQuery
      limit={12}
      attributes={{ content: { "aria-label": "Find or do something" } }}
      searchProps={{ placeholder: "Find or do something", "aria-label": "Find or do something" }}
    />
  );
}

type Go = (to: string) => () => void;

function open(status: Status | undefined, go: Go): readonly SpotlightActionData[] {
  if (status === undefined) return [];
  return [
    ...status.incidents.map(({ id, ...rest }) => ({
      id: `incident ${id}`,
      label: `Open incident ${id}: ${incidentTitle(rest)}`,
      onClick: go(`/incidents/${id}`),
    })),
    ...status.changes.map(({ id, device }) => ({
      id: `change ${id}`,
      label: `Open change ${id} of ${device}`,
      onClick: go(`/changes/${id}`),
    })),
  ];
}

function verbs(devices: readonly Device[], go: Go): readonly SpotlightActionData[] {
  return devices.flatMap(({ name, sources }) => [
    ...(sources.length === 0
      ? []
      : [
          {
            id: `propose ${name}`,
            label: `Propose a change of ${name}`,
            onClick: go(`/changes/new?device=${encodeURIComponent(name)}`),
          },
        ]),
    {
      id: `device ${name}`,
      label: `Open device ${name}`,
      onClick: go(`/devices/${encodeURIComponent(name)}`),
    },
  ]);
}
