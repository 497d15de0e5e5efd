import { Anchor, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { networkQuery } from "../../api/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";
import classes from "./MapPanel.module.css";
import {
  DEVICE,
  type DeviceBox,
  fitting,
  layoutOf,
  MAXIMUM_NODES,
  type MapLayout,
  ZONE,
  type ZoneBox,
  type ZoneState,
} from "./mapLayout.ts";
import type { Summary } from "./standingSummary.ts";

const TONES: Readonly<Record<ZoneState, Tone>> = {
  broken: "bad",
  undecided: "unknown",
  holds: "good",
  none: "quiet",
};
const SIGNS: Readonly<Record<ZoneState, string>> = {
  broken: "✗",
  undecided: "?",
  holds: "✓",
  none: "·",
};

/** Who lies behind which device, and where promises are broken. The picture is for those who see; the table says
 * the same to everybody. */
export function MapPanel({ summary }: { readonly summary: Summary }) {
  const { data: network } = useQuery(networkQuery);
  if (network === undefined || network.map.length === 0) return null;
  const layout = layoutOf(network.map, summary);
  const nodes = network.map.length + layout.devices.length;
  const isDrawn = nodes <= MAXIMUM_NODES;
  return (
    <Panel title="The network">
      {isDrawn ? (
        <>
          <Picture layout={layout} />
          <details>
            <summary>As a table</summary>
            <Zones layout={layout} />
          </details>
        </>
      ) : (
        <Zones layout={layout} />
      )}
    </Panel>
  );
}

function Picture({ layout: { width, height, devices } }: { readonly layout: MapLayout }) {
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      className={classes["map"]}
      role="img"
      aria-label="Zones around their devices; the table below says the same"
    >
      {devices.map((device) => (
        <OneDevice key={device.name} device={device} />
      ))}
    </svg>
  );
}

const SIGN_RADIUS = 8;
/** Of a name that fit the box of a device. */
const DEVICE_LETTERS = 7;

function OneDevice({ device: { name, x, y, zones } }: { readonly device: DeviceBox }) {
  const middle = { x: x + DEVICE.width / 2, y: y + DEVICE.height / 2 };
  return (
    <g>
      {zones.map((zone) => (
        <Line key={zone.zone} zone={zone} middle={middle} />
      ))}
      {zones.map((zone) => (
        <OneZone key={zone.zone} zone={zone} />
      ))}
      <rect className={classes["device"]} x={x} y={y} {...DEVICE} rx={8} />
      <text className={classes["name"]} x={middle.x} y={middle.y + 4} textAnchor="middle">
        <title>{name}</title>
        {fitting(name, DEVICE_LETTERS)}
      </text>
    </g>
  );
}

/** Form and sign say it as well as the colour. */
function Line({
  zone: { x, y, state },
  middle,
}: {
  readonly zone: ZoneBox;
  readonly middle: { readonly x: number; readonly y: number };
}) {
  const isLeft = x < middle.x;
  const from = { x: isLeft ? x + ZONE.width : x, y: y + ZONE.height / 2 };
  const half = DEVICE.width / 2;
  const to = { x: isLeft ? middle.x - half : middle.x + half, y: middle.y };
  const sign = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  return (
    <g data-state={state} className={classes["line"]}>
      <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
      <circle cx={sign.x} cy={sign.y} r={SIGN_RADIUS} />
      <text x={sign.x} y={sign.y + 4} textAnchor="middle">
        {SIGNS[state]}
      </text>
    </g>
  );
}

function OneZone({ zone }: { readonly zone: ZoneBox }) {
  const { x, y, state } = zone;
  const middle = x + ZONE.width / 2;
  return (
    <g data-state={state} className={classes["zone"]}>
      <title>{`${zone.zone}: ${zone.holds.join(", ")}`}</title>
      <rect x={x} y={y} {...ZONE} rx={8} />
      <text className={classes["name"]} x={middle} y={y + 19} textAnchor="middle">
        {fitting(zone.zone)}
      </text>
      <text className={classes["word"]} x={middle} y={y + 36} textAnchor="middle">
        {stateText(zone)}
      </text>
    </g>
  );
}

function stateText({ state, broken, undecided, holding }: ZoneBox): string {
  switch (state) {
    case "broken":
      return `${broken.length} broken`;
    case "undecided":
      return `${undecided.length} undecided`;
    case "holds":
      return `${holding.length} hold${holding.length === 1 ? "s" : ""}`;
    case "none":
      return "none promised";
  }
}

function Zones({ layout: { devices } }: { readonly layout: MapLayout }) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing={6} aria-label="Zones and their promises">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Zone</Table.Th>
            <Table.Th>Behind</Table.Th>
            <Table.Th>Who is there</Table.Th>
            <Table.Th>Promises</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {devices.flatMap(({ name, zones }) =>
            zones.map((zone) => (
              <Table.Tr key={`${name} ${zone.zone}`}>
                <Table.Td>
                  <bdi>{zone.zone}</bdi>
                </Table.Td>
                <Table.Td>
                  <Anchor component={Link} to={`/devices/${encodeURIComponent(name)}`} size="sm">
                    <bdi>{name}</bdi>
                  </Anchor>
                  , {zone.interfaces.join(", ")}
                </Table.Td>
                <Table.Td>
                  <bdi>{zone.holds.length === 0 ? "nobody by name" : zone.holds.join(", ")}</bdi>
                </Table.Td>
                <Table.Td>
                  <ZoneWords zone={zone} />
                </Table.Td>
              </Table.Tr>
            )),
          )}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function ZoneWords({ zone }: { readonly zone: ZoneBox }) {
  const { state, broken, undecided } = zone;
  const named = [...broken, ...undecided];
  return (
    <>
      <Word tone={TONES[state]}>{stateText(zone)}</Word>
      {named.length === 0 ? null : (
        <Text size="sm" span>
          {" "}
          {named.join(", ")} of {counted(named.length + zone.holding.length, "promise")}
        </Text>
      )}
    </>
  );
}
