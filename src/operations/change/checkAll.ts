import { answerCheck, type CheckAnswer } from "../../engine/answer/check.ts";
import type { Device } from "../../engine/device/device.ts";
import { judgeIntents } from "../../engine/intents/judge.ts";
import { checkDevice } from "../inventory/checkDevice.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { type ManagementFlow, managementIntent } from "./management.ts";

export interface Checked {
  readonly network: Network;
  readonly device: NetworkDevice;
  /** Null: premortem does not come over the network. */
  readonly management: ManagementFlow | null;
}

/** The intents of the network file, and that premortem itself is not locked out. */
export function checkAll(
  { network, device, management }: Checked,
  state: Device,
): CheckAnswer["intents"] {
  const { intents } = checkDevice(network, device.name, state);
  const own = management === null ? null : managementIntent(management, device.name);
  const [answer] = own === null ? [] : judgeIntents(state, [own.intent]);
  if (own === null || answer === undefined) return intents;
  return [...intents, ...answerCheck([{ words: own.words, answer }]).intents];
}
