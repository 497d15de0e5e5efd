import { answerCheck, type CheckAnswer } from "../../engine/answer/check.ts";
import type { Device } from "../../engine/device/device.ts";
import { judgeIntents } from "../../engine/intents/judge.ts";
import type { Intent } from "../../engine/intents/model.ts";
import { type ChangedIntent, checkChange } from "../inventory/checkChange.ts";
import { checkDevice, intentsOn } from "../inventory/checkDevice.ts";
import { hostsOf } from "../inventory/hosts.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { type ManagementFlow, managementIntent } from "./management.ts";

export interface Checked {
  readonly network: Network;
  readonly device: NetworkDevice;
  /** Null: premortem does not come over the network. */
  readonly management: ManagementFlow | null;
}

/** What each of them becomes when one state of the device follows another. */
export function checkAllChanged(
  checked: Checked,
  before: Device,
  after: Device,
): readonly ChangedIntent[] {
  const stateOf = (state: Device) => ({ device: state, intents: checkAll(checked, state) });
  return checkChange(stateOf(before), stateOf(after), plannedOn(checked));
}

/** What is asked of the device, by the id of the intent, as far as it can be planned. */
export function plannedOn({ network, device, management }: Checked): ReadonlyMap<string, Intent> {
  const own = management === null ? null : managementIntent(management, device.name);
  const planned = new Map(intentsOn(network, device.name));
  if (own !== null) planned.set(own.words.id, own.intent);
  return planned;
}

/** The intents of the network file, and that premortem itself is not locked out. */
export function checkAll(
  { network, device, management }: Checked,
  state: Device,
): CheckAnswer["intents"] {
  const { intents } = checkDevice(network, device.name, state);
  const own = management === null ? null : managementIntent(management, device.name);
  const [answer] =
    own === null ? [] : judgeIntents(state, [own.intent], { hosts: hostsOf(network, device.name) });
  if (own === null || answer === undefined) return intents;
  return [...intents, ...answerCheck([{ words: own.words, answer }]).intents];
}
