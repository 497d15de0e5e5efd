import type { Audit } from "../operations/audit/service.ts";
import type { BadNetworkFile, Inventory } from "../operations/inventory/service.ts";
import type { Monitors } from "../operations/monitor/service.ts";
import type { Probes } from "../operations/probe/service.ts";
import type { Trail } from "../operations/trail/service.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Clock } from "../platform/clock.ts";
import { networkDetails } from "./networkRecord.ts";
import type { Rounds } from "./rounds.ts";

interface Parts {
  readonly clock: Clock;
  readonly inventory: Pick<Inventory, "network" | "read" | "use">;
  readonly trail: Pick<Trail, "append">;
  readonly audit: Pick<Audit, "start" | "stop">;
  readonly probes: Pick<Probes, "use">;
  readonly monitors: Pick<Monitors, "start" | "stop">;
  readonly rounds: Pick<Rounds, "now">;
}

export type Reload = (actor: Actor) => Promise<BadNetworkFile | null>;

/**
 * Reads the network file again, and lets all who look begin anew with it; others ask for the network
 * whenever they need it. Null: it is used from now on. One with mistakes changes nothing.
 */
export function openReload(parts: Parts): Reload {
  let turn: Promise<unknown> = Promise.resolve();
  return (actor) => {
    const reloaded = turn.then(() => reload(parts, actor));
    turn = reloaded.catch(() => undefined);
    return reloaded;
  };
}

async function reload(
  { clock, inventory, trail, audit, probes, monitors, rounds }: Parts,
  { login }: Actor,
): Promise<BadNetworkFile | null> {
  const before = [...inventory.network().devices.keys()];
  const network = inventory.read();
  if ("kind" in network) return network;
  const gone = before.filter((name) => !network.devices.has(name));
  await trail.append({
    atMs: clock(),
    actor: login,
    kind: "network.reloaded",
    subject: "network",
    details: { ...networkDetails(network), gone },
  });
  /* What is not on the trail is not used. */
  inventory.use(network);
  probes.use(network);
  await Promise.all([
    monitors.stop().then(() => monitors.start()),
    ...gone.map((name) => audit.stop(name)),
    ...[...network.devices.keys()].map((name) => audit.start(name)),
  ]);
  await rounds.now();
  return null;
}
