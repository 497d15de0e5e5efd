import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { GreenProbe, ProbeOutcome } from "../../src/operations/apply/confirmation.ts";
import type { ApplyNews, ApplyOptions } from "../../src/operations/apply/options.ts";
import { openApplies } from "../../src/operations/apply/service.ts";
import type { Refusal } from "../../src/operations/change/model.ts";
import {
  type AppendTrail,
  type ChangeEvent,
  type Devices,
  openChanges,
} from "../../src/operations/change/service.ts";
import { parseNetwork } from "../../src/operations/inventory/networkFile.ts";
import { pull } from "../../src/operations/inventory/pull.ts";
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
  readonly appendTrail: AppendTrail;
  /** The network file, with one device. */
  readonly networkFile: string;
  readonly transport: Transport;
  readonly state: string;
  readonly probes?: ReadonlyMap<string, LoopProbe>;
  readonly recovery?: Awaited<ReturnType<ApplyOptions["recovery"]>>;
}

export interface LoopProbe {
  readonly flows: GreenProbe["flows"];
  readonly run: (signal: AbortSignal) => Promise<ProbeOutcome>;
}

/** Milliseconds that probes are said to take while all is well. */
const USUAL_MS = 100;
const PART = "src/operations/apply/device/premortem-device.sh";

export function openLoop(settings: LoopSettings) {
  const { database, appendTrail, transport, state } = settings;
  const { network, diagnostics } = parseNetwork("premortem.yaml", settings.networkFile);
  if (network === null || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  const devices: Devices = {
    network: () => Promise.resolve(network),
    transport: () => Promise.resolve(transport),
    pull: async (name) => {
      const device = network.devices.get(name);
      if (device === undefined) return refusal(`no device ${name}`);
      const pulled = await pull(transport, device);
      return pulled.kind === "pulled" ? pulled : refusal(pulled.message);
    },
  };
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const news = openChannel<ApplyNews>(onFault);
  const common = { database, appendTrail, clock: systemClock, devices };
  const changes = openChanges({ ...common, events: openChannel<ChangeEvent>(onFault) });
  const probes = settings.probes ?? new Map<string, LoopProbe>();
  const applies = openApplies({
    ...common,
    changes,
    events: news,
    onFault,
    devicePart: readFileSync(PART, "utf8"),
    deviceFolder: () => state,
    recovery: () => Promise.resolve(settings.recovery ?? { commands: [], probes: [] }),
    probes: {
      green: () =>
        Promise.resolve([...probes].map(([id, { flows }]) => ({ id, flows, tookMs: USUAL_MS }))),
      run: (id, signal) =>
        probes.get(id)?.run(signal) ?? Promise.resolve({ status: "blind", text: "unknown" }),
    },
    time: {
      now: () => performance.now(),
      wait: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
    },
  });
  return { changes, applies, news };
}

function refusal(reason: string): Refusal {
  return { kind: "refusal", reason, help: "" };
}
