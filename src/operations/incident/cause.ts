import type { Device } from "../../engine/device/device.ts";
import { judgeIntents } from "../../engine/intents/judge.ts";
import type { IntentAnswer, Service } from "../../engine/intents/model.ts";
import { planIntent } from "../inventory/flows.ts";
import type { Network, NetworkIntent } from "../inventory/model.ts";
import { parseService } from "../inventory/services.ts";
import { CauseMemory } from "./memory.ts";
import type {
  Candidate,
  CauseAnswer,
  ObservedDifference,
  Symptom,
  SymptomFlow,
  Tie,
  Wellness,
} from "./model.ts";

/**
 * Which of the differences explains the symptoms: each is asked what it breaks, on the model. It is
 * ranked by symptoms explained, then contradictions, then how shortly before the symptoms it came.
 * A difference that comes after a symptom does not explain it.
 */
export function findCause(
  network: Network,
  differences: readonly ObservedDifference[],
  symptoms: readonly Symptom[],
  wellness: readonly Wellness[],
  memory = new CauseMemory(),
): CauseAnswer {
  const judged = differences.map((difference) =>
    judge(difference, symptoms, wellness, (flow) =>
      memory.tieOf(network, difference.id, flow, () => breaksFlow(network, difference, flow)),
    ),
  );
  const began = Math.min(...symptoms.map(({ sinceMs }) => sinceMs));
  const candidates = judged
    .filter(({ explained, unknown }) => explained.length + unknown.length > 0)
    .sort((a, b) => compare(a, b, began));
  const explained = new Set(candidates.flatMap((candidate) => candidate.explained));
  const [first] = candidates;
  return {
    kind: first === undefined ? "notByRules" : first.explained.length > 0 ? "explained" : "unclear",
    candidates,
    ruledOut: judged
      .filter((one) => one.explained.length + one.unknown.length === 0)
      .map(({ difference }) => difference),
    unexplained: symptoms.map(({ id }) => id).filter((id) => !explained.has(id)),
  };
}

function compare(a: Candidate, b: Candidate, began: number): number {
  return (
    b.explained.length - a.explained.length ||
    a.contradicted.length - b.contradicted.length ||
    b.unknown.length - a.unknown.length ||
    Math.abs(began - a.difference.atMs) - Math.abs(began - b.difference.atMs)
  );
}

function judge(
  difference: ObservedDifference,
  symptoms: readonly Symptom[],
  wellness: readonly Wellness[],
  breaks: (flow: SymptomFlow) => Tie,
): Candidate {
  const ties = symptoms.map((symptom) => ({
    id: symptom.id,
    tie: tieOf(difference, symptom, breaks),
  }));
  const idsOf = (wanted: Tie) => ties.filter(({ tie }) => tie === wanted).map(({ id }) => id);
  return {
    difference,
    explained: idsOf("explained"),
    unknown: idsOf("unknown"),
    contradicted: wellness.filter(
      (well) => well.atMs > difference.atMs && breaks(well) === "explained",
    ),
  };
}

function tieOf(
  difference: ObservedDifference,
  { flows, sinceMs, intent }: Symptom,
  breaks: (flow: SymptomFlow) => Tie,
): Tie {
  if (difference.atMs > sinceMs) return "notExplained";
  if (intent !== null) {
    if (difference.device !== intent.device) return "notExplained";
    if (difference.broken.includes(intent.id)) return "explained";
    return difference.doubtful.includes(intent.id) ? "unknown" : "notExplained";
  }
  if (flows.length === 0) return "unknown";
  const ties = flows.map(breaks);
  if (ties.includes("explained")) return "explained";
  return ties.includes("unknown") ? "unknown" : "notExplained";
}

/** Whether connections that were possible are so no more. */
function breaksFlow(network: Network, difference: ObservedDifference, flow: SymptomFlow): Tie {
  const parts = partsOf(network, flow.service);
  if (parts === null) return "unknown";
  const ends = { from: flow.from, to: flow.to };
  const { byDevice, problems } = planIntent(network, {
    ...NOBODYS,
    ...ends,
    services: [{ name: flow.service, parts }],
  });
  const intent = byDevice.get(difference.device);
  /* Another device stands between the ends: this one has no say. */
  if (intent === undefined) return problems.length === 0 ? "notExplained" : "unknown";
  const statusOn = (device: Device): IntentAnswer["status"] =>
    judgeIntents(device, [intent])[0]?.status ?? "undecided";
  const after = statusOn(difference.after);
  if (after === "holds") return "notExplained";
  const before = statusOn(difference.before);
  if (before === "broken" && after === "broken") return "notExplained";
  return before === "holds" && after === "broken" ? "explained" : "unknown";
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
