import { answerCheck, type CheckAnswer, type IntentWords } from "../../engine/answer/check.ts";
import type { Device } from "../../engine/device/device.ts";
import { judgeIntent } from "../../engine/intents/judge.ts";
import type { Intent, IntentAnswer } from "../../engine/intents/model.ts";
import { type Judge, openJudge } from "../../engine/intents/openJudge.ts";
import { type PlannedIntent, planIntent } from "./flows.ts";
import { hostsOf } from "./hosts.ts";
import type { Network, NetworkIntent } from "./model.ts";
import { once, type Proved } from "./oncePerDevice.ts";
import { perNetwork } from "./perNetwork.ts";

const judged: Proved<CheckAnswer> = new WeakMap();

/** Judges what the network file asks of one device; the same question is not proved twice. */
export function checkDevice(network: Network, name: string, device: Device): CheckAnswer {
  return once(judged, network, device, name, () => judgeAll(network, name, device));
}

function judgeAll(network: Network, name: string, device: Device): CheckAnswer {
  const planned = plannedIntents(network).filter((plan) => concerns(plan, name));
  const judge = openJudge(device);
  return answerCheck(
    planned.map((plan) => ({
      words: wordsOf(plan.intent),
      answer: judgePlanned(network, plan, name, judge),
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

/** Ids of intents that cannot be planned whole. */
export function unclearOn(network: Network): ReadonlySet<string> {
  return new Set(
    plannedIntents(network).flatMap(({ intent: { id }, problems }) =>
      problems.length === 0 ? [] : [id],
    ),
  );
}

const plannedIntents = perNetwork((network): readonly PlannedIntent[] =>
  network.intents.map((intent) => planIntent(network, intent)),
);

/** What cannot be planned is told wherever it is asked about. */
function concerns({ byDevice, problems }: PlannedIntent, name: string): boolean {
  return byDevice.has(name) || problems.length > 0;
}

function judgePlanned(
  network: Network,
  { byDevice, problems }: PlannedIntent,
  name: string,
  judge: Judge,
): IntentAnswer {
  const intent = byDevice.get(name);
  const found = intent === undefined ? null : judgeIntent(judge, intent, hostsOf(network, name));
  const reasons = problems.map(({ message, help }) => `${message}: ${help}`);
  if (found === null)
    return {
      status: "undecided",
      example: null,
      dependsOn: [],
      except: null,
      reasons,
      assumptions: [],
    };
  if (reasons.length === 0 || found.status === "broken") return found;
  return { ...found, status: "undecided", except: null, reasons: [...found.reasons, ...reasons] };
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
