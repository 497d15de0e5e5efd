import { answerCheck, type CheckAnswer, type IntentWords } from "../../engine/answer/check.ts";
import type { Device } from "../../engine/device/device.ts";
import { judgeIntents } from "../../engine/intents/judge.ts";
import type { Intent, IntentAnswer } from "../../engine/intents/model.ts";
import { type PlannedIntent, planIntent } from "./flows.ts";
import { hostsOf } from "./hosts.ts";
import type { Network, NetworkIntent } from "./model.ts";
import { perNetwork } from "./perNetwork.ts";

/** Judges what the network file asks of one device. */
export function checkDevice(network: Network, name: string, device: Device): CheckAnswer {
  const planned = plannedIntents(network).filter((plan) => concerns(plan, name));
  return answerCheck(
    planned.map((plan) => ({
      words: wordsOf(plan.intent),
      answer: judge(network, plan, name, device),
    })),
  );
}

/** What the network file asks of one device, by the id of the intent, as far as it can be planned. */
export function intentsOn(network: Network, name: string): ReadonlyMap<string, Intent> {
  return new Map(
    plannedIntents(network).flatMap(({ intent: { id }, byDevice }) => {
      const own = byDevice.get(name);
      return own === undefined ? [] : [[id, own] as const];
    }),
  );
}

const plannedIntents = perNetwork((network): readonly PlannedIntent[] =>
  network.intents.map((intent) => planIntent(network, intent)),
);

/** What cannot be planned is told wherever it is asked about. */
function concerns({ byDevice, problems }: PlannedIntent, name: string): boolean {
  return byDevice.has(name) || problems.length > 0;
}

function judge(
  network: Network,
  { byDevice, problems }: PlannedIntent,
  name: string,
  device: Device,
): IntentAnswer {
  const intent = byDevice.get(name);
  const [judged] =
    intent === undefined ? [] : judgeIntents(device, [intent], { hosts: hostsOf(network, name) });
  const reasons = problems.map(({ message, help }) => `${message}: ${help}`);
  if (judged === undefined)
    return { status: "undecided", example: null, dependsOn: [], reasons, assumptions: [] };
  if (reasons.length === 0 || judged.status === "broken") return judged;
  return { ...judged, status: "undecided", reasons: [...judged.reasons, ...reasons] };
}

function wordsOf(intent: NetworkIntent): IntentWords {
  const { id, kind, from, to, services, owner, isCritical, reason } = intent;
  return {
    id,
    expect: kind,
    from,
    to,
    services: services.map(({ name }) => name),
    owner,
    critical: isCritical,
    reason,
  };
}
