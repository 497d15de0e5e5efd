import { checkDevice, intentsOn } from "../../operations/inventory/checkDevice.ts";
import { withMovedSince, withRepairs } from "../../operations/inventory/repairs.ts";
import { repairTime } from "../interruptible.ts";
import { openDevice } from "../networkDevice.ts";
import type { PromiseOpener } from "./diff.ts";

/** Judges the intents of a network file on both sides of a diff. */
export const openPromises: PromiseOpener = (options, stream) => {
  if (options.network === undefined) return null;
  const place = openDevice(stream, options.network, options.device ?? null);
  if (place === null) return null;
  const { network, name } = place;
  return {
    promises: intentsOn(network, name),
    judge: ({ before, after, onto }, work) => {
      work.begin("judging intents");
      const first = checkDevice(network, name, before.result.device);
      const devices = [before.result.device, after.result.device] as const;
      const judged = checkDevice(network, name, after.result.device);
      const second = withMovedSince(judged, network, name, devices);
      const was = new Map(first.intents.map(({ id, status }) => [id, status]));
      work.begin("looking for repairs");
      const files = { before, after, onto };
      const found = withRepairs(second, network, name, files, repairTime(work));
      return {
        intents: found.intents.map(({ id, status, reasons }) => ({
          id,
          before: was.get(id) ?? "undecided",
          after: status,
          reasons,
        })),
        repairs: found.repairs,
        untried: found.untried,
      };
    },
  };
};
