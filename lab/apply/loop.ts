import { readFileSync } from "node:fs";
import { systemCheckTime } from "../../src/operations/apply/checkTime.ts";
import type { GreenProbe, ProbeOutcome } from "../../src/operations/apply/confirmation.ts";
import type { ApplyNews } from "../../src/operations/apply/options.ts";
import { openQueues, type RecoverySteps, runOn } from "../../src/operations/apply/queues.ts";
import { openApplies } from "../../src/operations/apply/service.ts";
import { APPLY_MIGRATIONS } from "../../src/operations/apply/store.ts";
import { type ChangeEvent, openChanges } from "../../src/operations/change/service.ts";
import { CHANGE_MIGRATIONS } from "../../src/operations/change/store.ts";
import { openInventory } from "../../src/operations/inventory/service.ts";
import { INVENTORY_MIGRATIONS } from "../../src/operations/inventory/store.ts";
import { openTrail } from "../../src/operations/trail/service.ts";
import { TRAIL_MIGRATIONS } from "../../src/operations/trail/store.ts";
import { openChannel } from "../../src/platform/channel.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { Database } from "../../src/platform/db/database.ts";
import type { Transport } from "../../src/platform/transport/transport.ts";

/*
 * Change and apply as a server puts them together, on a device that is reached in any way, with probes
 * that a test says.
 */

export interface LoopSettings {
  readonly database: Database;
  /** Path of a network file with one device. */
  readonly networkFile: string;
  readonly transport: Transport;
  readonly state: string;
  readonly probes?: ReadonlyMap<string, LoopProbe>;
  readonly recovery?: RecoverySteps;
}

/** Tables of all that takes part. */
export const LOOP_MIGRATIONS = [
  TRAIL_MIGRATIONS,
  INVENTORY_MIGRATIONS,
  CHANGE_MIGRATIONS,
  APPLY_MIGRATIONS,
] as const;

export interface LoopProbe {
  readonly flows: GreenProbe["flows"];
  readonly run: (signal: AbortSignal) => Promise<ProbeOutcome>;
}

/** Milliseconds that probes are said to take while all is well. */
const USUAL_MS = 100;
const PART = "src/operations/apply/device/premortem-device.sh";

export function openLoop(settings: LoopSettings) {
  const { database, networkFile, transport, state } = settings;
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const trail = openTrail({ database });
  const inventory = openInventory({
    database,
    clock: systemClock,
    trail,
    networkFile,
    onFault,
    openTransport: () => transport,
  });
  if (inventory.kind === "badFile") throw new Error(JSON.stringify(inventory.diagnostics));
  const news = openChannel<ApplyNews>(onFault);
  const common = { database, trail, clock: systemClock, devices: inventory };
  const changes = openChanges({ ...common, events: openChannel<ChangeEvent>(onFault) });
  const probes = settings.probes ?? new Map<string, LoopProbe>();
  const steps = settings.recovery ?? { commands: [], probes: [] };
  const queues = openQueues({
    commands: () => steps.commands,
    run: (device, command) => runOn(inventory, device, command),
    onFault,
  });
  const applies = openApplies({
    ...common,
    changes,
    events: news,
    taken: async () => null,
    onFault,
    devicePart: readFileSync(PART, "utf8"),
    deviceFolder: () => state,
    recovery: { flush: queues.flush, probes: () => steps.probes },
    probes: {
      green: () =>
        Promise.resolve([...probes].map(([id, { flows }]) => ({ id, flows, tookMs: USUAL_MS }))),
      run: (id, signal) =>
        probes.get(id)?.run(signal) ?? Promise.resolve({ status: "blind", text: "unknown" }),
    },
    time: systemCheckTime,
  });
  return { changes, applies, news, trail, inventory, stop: queues.stop };
}
