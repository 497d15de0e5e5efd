import type { ProofAnswer } from "../../engine/answer/proof.ts";
import { refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network } from "../inventory/model.ts";
import type { Pulled } from "../inventory/pull.ts";
import type { Inventory } from "../inventory/service.ts";
import type { Snapshot } from "../inventory/snapshot.ts";
import { readManagementFlow } from "./management.ts";
import type { Refusal, SourceFiles } from "./model.ts";
import type { Prover } from "./prover.ts";

/** What changes and applies need of the inventory. */
export type Devices = Pick<
  Inventory,
  "network" | "pull" | "transportOf" | "baselineSnapshot" | "adopt"
>;

/** A proof, and the state that it is of. */
export interface ProvedState {
  readonly answer: ProofAnswer;
  readonly snapshot: Snapshot;
}

/** What edited files would do on a device as it runs now. */
export async function proveOnDevice(
  devices: Devices,
  name: string,
  files: SourceFiles,
  prove: Prover,
): Promise<ProvedState | Refusal> {
  const network = devices.network();
  const device = network.devices.get(name);
  if (device === undefined) return noDevice(network, name);
  const [pulled, management] = await Promise.all([
    pullDevice(devices, name),
    readManagementFlow(devices.transportOf(name)),
  ]);
  if ("reason" in pulled) return pulled;
  const { snapshot } = pulled;
  /* Without it nobody could say that the change does not lock premortem out. */
  const isHidden = device.reach.kind === "ssh" && management === null;
  const notSeen = isHidden
    ? [...pulled.notSeen, "the connection that premortem comes by"]
    : pulled.notSeen;
  const answer = await prove({ network, device, snapshot, notSeen, files, management });
  return { answer, snapshot };
}

/** Reads a device as it runs. */
export async function pullDevice(devices: Devices, name: string): Promise<Pulled | Refusal> {
  const pulled = await devices.pull(name);
  if (pulled.kind === "pulled" || pulled.kind === "refusal") return pulled;
  return refuse(pulled.message, pulled.help);
}

export function noDevice({ devices }: Network, name: string): Refusal {
  return refuseUnknown(
    `there is no device \`${name}\``,
    `known are ${[...devices.keys()].join(", ")}`,
  );
}
