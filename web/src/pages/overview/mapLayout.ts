import type { NetworkSummary } from "../../api/types.ts";
import type { PlacedIntent, Summary } from "./standingSummary.ts";

type MapZone = NetworkSummary["map"][number];

/** How the promises stand that begin or end in a zone; `none`: nothing is promised there. */
export type ZoneState = "broken" | "undecided" | "holds" | "none";

export interface ZoneBox extends MapZone {
  readonly x: number;
  readonly y: number;
  readonly state: ZoneState;
  readonly broken: readonly string[];
  readonly undecided: readonly string[];
  readonly holding: readonly string[];
}

export interface DeviceBox {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly zones: readonly ZoneBox[];
}

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly devices: readonly DeviceBox[];
}

/* Units of the picture: as wide as a phone's, so that words are as large as all others there. */
export const WIDTH = 350;
export const ZONE = { width: 106, height: 46 } as const;
export const DEVICE = { width: 58, height: 46 } as const;
const ROW = 60;
const EDGE = 2;
/** Above it a picture is no help any more: the table alone is there. */
export const MAXIMUM_NODES = 50;

/** Each device in the middle, its zones to both sides, one device below the other. Pure. */
export function layoutOf(
  map: readonly MapZone[],
  { broken, undecided, holds }: Pick<Summary, "broken" | "undecided" | "holds">,
): MapLayout {
  const names = [...new Set(map.map(({ device }) => device))];
  const devices: DeviceBox[] = [];
  let top = 0;
  for (const name of names) {
    const own = map.filter(({ device }) => device === name);
    const rows = Math.ceil(own.length / 2);
    const from = top;
    const zones = own.map((zone, at): ZoneBox => {
      const touching = (intents: readonly PlacedIntent[]) => touchingIds(zone, intents);
      const [bad, unknown, good] = [touching(broken), touching(undecided), touching(holds)];
      return {
        ...zone,
        x: at % 2 === 0 ? EDGE : WIDTH - EDGE - ZONE.width,
        y: from + Math.floor(at / 2) * ROW + EDGE,
        broken: bad,
        undecided: unknown,
        holding: good,
        state: stateOf(bad, unknown, good),
      };
    });
    top += rows * ROW;
    const y = from + (rows * ROW - DEVICE.height) / 2;
    devices.push({ name, x: (WIDTH - DEVICE.width) / 2, y, zones });
  }
  return { width: WIDTH, height: top, devices };
}

function touchingIds(
  { zone, device, holds }: MapZone,
  intents: readonly PlacedIntent[],
): readonly string[] {
  const isHere = (name: string) => name === zone || holds.includes(name);
  return intents
    .filter((one) => one.device === device && (isHere(one.intent.from) || isHere(one.intent.to)))
    .map(({ intent }) => intent.id);
}

function stateOf(
  broken: readonly string[],
  undecided: readonly string[],
  holding: readonly string[],
): ZoneState {
  if (broken.length > 0) return "broken";
  if (undecided.length > 0) return "undecided";
  return holding.length > 0 ? "holds" : "none";
}

/** Characters of a name that fit its box. */
const FITTING = 14;

export function fitting(name: string, most = FITTING): string {
  const letters = [...name];
  return letters.length <= most ? name : `${letters.slice(0, most - 1).join("")}…`;
}
