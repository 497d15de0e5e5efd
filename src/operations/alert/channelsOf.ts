import type { Clock } from "../../platform/clock.ts";
import { alertmanager } from "../../platform/notify/alertmanager.ts";
import type { NotifyChannel } from "../../platform/notify/channel.ts";
import { webhook } from "../../platform/notify/webhook.ts";
import type { Notify } from "../inventory/monitors.ts";

/** The channels that the network file names. */
export function channelsOf(notify: Notify, clock: Clock): readonly NotifyChannel[] {
  return [
    ...(notify.webhook === null ? [] : [webhook({ ...notify.webhook, clock })]),
    ...(notify.alertmanager === null ? [] : [alertmanager({ url: notify.alertmanager })]),
  ];
}
