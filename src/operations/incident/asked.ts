import type { Hosts, Intent, Service } from "../../engine/intents/model.ts";
import { intentsOn } from "../inventory/checkDevice.ts";
import { type PlannedIntent, planIntent } from "../inventory/flows.ts";
import { hostsOf } from "../inventory/hosts.ts";
import type { Network, NetworkIntent } from "../inventory/model.ts";
import { perNetwork } from "../inventory/perNetwork.ts";
import { parseService } from "../inventory/services.ts";
import type { Symptom, SymptomFlow } from "./model.ts";

/** What one connection, or one intent, that a symptom speaks of asks of a device. */
export type Asked =
  | {
      readonly kind: "asked";
      readonly key: string;
      readonly intent: Intent;
      /** Those that the network file declares. */
      readonly hosts: Hosts;
    }
  /** Another device stands between the ends, and this one has no say. */
  | { readonly kind: "notAsked" }
  /** It is not known who stands between, or what the service is. */
  | { readonly kind: "notPlanned" };

/** What connections between two ends ask of a device. */
export function askFlow(network: Network, device: string, flow: SymptomFlow): Asked {
  const plan = planFlowOnce(network, flow);
  if (plan === null) return { kind: "notPlanned" };
  const { byDevice, problems } = plan;
  const intent = byDevice.get(device);
  const { from, to, service } = flow;
  if (intent !== undefined) {
    const hosts = hostsOf(network, device);
    return { kind: "asked", key: JSON.stringify([device, from, to, service]), intent, hosts };
  }
  return { kind: problems.length === 0 ? "notAsked" : "notPlanned" };
}

/** All that a symptom asks of a device: of one that was proved the intent itself, which may want it blocked. */
export function askSymptom(
  network: Network,
  device: string,
  { intent, flows }: Pick<Symptom, "intent" | "flows">,
): readonly Asked[] {
  if (intent === null) return flows.map((flow) => askFlow(network, device, flow));
  if (intent.device !== device) return [{ kind: "notAsked" }];
  const own = intentsOn(network, device).get(intent.id);
  if (own === undefined) return [{ kind: "notPlanned" }];
  const hosts = hostsOf(network, device);
  return [{ kind: "asked", key: JSON.stringify([device, intent.id]), intent: own, hosts }];
}

/** Whether a device may stand between the ends; it may where nobody knows who does. */
export function mayStandBetween(network: Network, device: string, flow: SymptomFlow): boolean {
  return askFlow(network, device, flow).kind !== "notAsked";
}

/** Flows of which it is kept whom they ask. */
const MAXIMUM_PLANS = 2_000;
const plans = perNetwork(() => new Map<string, FlowPlan>());

/** Each symptom and each connection that worked is asked about under each difference: a network never changes. */
function planFlowOnce(network: Network, flow: SymptomFlow): FlowPlan {
  const known = plans(network);
  const key = JSON.stringify([flow.from, flow.to, flow.service]);
  const found = known.get(key);
  const plan = found === undefined ? planFlow(network, flow) : found;
  known.set(key, plan);
  const [oldest] = known.keys();
  if (known.size > MAXIMUM_PLANS && oldest !== undefined) known.delete(oldest);
  return plan;
}

/** Null: nobody knows the service. */
type FlowPlan = PlannedIntent | null;

function planFlow(network: Network, { from, to, service }: SymptomFlow): FlowPlan {
  const parts = partsOf(network, service);
  if (parts === null) return null;
  return planIntent(network, { ...NOBODYS, from, to, services: [{ name: service, parts }] });
}

/** A service as /etc/services has it, or by a name of the network file. */
function partsOf({ intents }: Network, name: string): readonly Service[] | null {
  const own = intents.flatMap(({ services }) => services).find((one) => one.name === name);
  return own?.parts ?? parseService(name);
}

const NOBODYS: Omit<NetworkIntent, "from" | "to" | "services"> = {
  id: "symptom",
  kind: "reachable",
  reason: null,
  owner: null,
  isCritical: false,
  span: { file: "", line: 1, column: 1, endLine: 1, endColumn: 1 },
};
