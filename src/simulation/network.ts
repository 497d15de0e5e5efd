import { openDevice } from "./device/device.ts";
import { hostCommands, hostStreams } from "./hosts/commands.ts";
import { commonFiles, isMailHost, MAIL_LOG, mailFiles } from "./hosts/configuration.ts";
import { simulatedConnection } from "./hosts/connection.ts";
import { linksOf } from "./hosts/links.ts";
import { serversOf } from "./hosts/listeners.ts";
import { FIREWALL_SOURCE, LOGIN_LOG } from "./hosts/networkFile.ts";
import type { DeviceOptions, SimulatedDevice, SimulatedTime } from "./model.ts";
import {
  ADDRESSES,
  DEVICES,
  type DeviceName,
  FIREWALL,
  MANAGEMENT,
  managementAddress,
} from "./world/plan.ts";
import { BOOT_RULESET } from "./world/ruleset.ts";
import { type MailWorld, openWorld } from "./world/world.ts";

export interface MailNetworkOptions {
  readonly time: SimulatedTime;
  /** The same seed, and the same done to it, gives the same history. */
  readonly seed: number;
  /** Mails a second in each direction. */
  readonly rate: number;
  /** How a run before has left the firewall; null: it boots for the first time. */
  readonly saved: SavedFirewall | null;
}

/** What a firewall keeps over a restart of the simulation. */
export interface SavedFirewall {
  readonly files: Readonly<Record<string, string>>;
  /** As `nft list ruleset` printed it. */
  readonly running: string;
}

/** The simulated mail network: its hosts, each behind a transport, and what passes between them. */
export interface MailNetwork {
  readonly time: SimulatedTime;
  readonly world: MailWorld;
  readonly firewall: SimulatedDevice;
  readonly devices: ReadonlyMap<string, SimulatedDevice>;
  /** What the firewall would have to keep now. */
  save(): SavedFirewall;
}

/** Loaded instead of the boot file, where something else ran before. */
const RUNNING_FILE = "/run/premortem-simulation/running.nft";

export function openMailNetwork({ time, seed, rate, saved }: MailNetworkOptions): MailNetwork {
  const deviceOf = (name: DeviceName) => openDevice(optionsOf(name, time, saved));
  const firewall = deviceOf(FIREWALL);
  const world = openWorld({ time, kernel: firewall.kernel, seed, rate });
  /* Somebody who locks premortem out is told so by the connection that does not come about. */
  firewall.onKnock(() =>
    world.flows.letsIn(MANAGEMENT.client, managementAddress(FIREWALL), MANAGEMENT.port),
  );
  const servers = serversOf(world);
  const devices = DEVICES.map((name): readonly [DeviceName, SimulatedDevice] => {
    const device = name === FIREWALL ? firewall : deviceOf(name);
    const mail = isMailHost(name) ? world.hosts[name] : null;
    const { flows } = world;
    const from = ADDRESSES[name];
    device.onRun(hostCommands({ time, flows, address: from, files: device.files, mail }));
    device.onStream(hostStreams(mail, MAIL_LOG));
    device.onConnect((to, port) => simulatedConnection(time, flows, servers, { from, to, port }));
    return [name, device];
  });
  return {
    time,
    world,
    firewall,
    devices: new Map(devices),
    save: () => ({
      files: Object.fromEntries(firewall.files),
      running: firewall.kernel.list({ stateless: true, handles: false, terse: false }),
    }),
  };
}

function optionsOf(
  name: DeviceName,
  time: SimulatedTime,
  saved: SavedFirewall | null,
): DeviceOptions {
  const common = { name, time, links: linksOf(name), loginLog: LOGIN_LOG };
  if (name !== FIREWALL) {
    const own = isMailHost(name) ? mailFiles(name) : [];
    return { ...common, files: new Map([...commonFiles(), ...own]), bootFile: null };
  }
  if (saved === null) {
    const files = new Map([...commonFiles(), [FIREWALL_SOURCE, BOOT_RULESET]]);
    return { ...common, files, bootFile: FIREWALL_SOURCE };
  }
  /* Nobody who was logged in then still is. */
  const kept = Object.entries(saved.files).filter(([path]) => path !== LOGIN_LOG);
  const files = new Map([...kept, [RUNNING_FILE, `flush ruleset\n${saved.running}`] as const]);
  return { ...common, files, bootFile: RUNNING_FILE };
}
