import { isIP } from "node:net";
import { z } from "zod";
import type { Clock } from "../../platform/clock.ts";
import type { Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { NetworkDevice, Reach } from "../inventory/model.ts";
import type { Vantage } from "./model.ts";

/** Milliseconds for which a device's word on itself is believed: routes change seldom. */
const KEPT_MS = 300_000;
/** Milliseconds for the device to say who asks. */
const TIMEOUT_MS = 5_000;

/** The login, then the route: a device without `ip` says the first all the same. */
export const WHO = 'id -un; [ -z "$1" ] || ip -j route get "$1"';

export type VantageOf = (device: string, target: string) => Promise<Vantage | TransportFault>;

/** As whom and from where devices ask; a device that cannot be asked is asked anew each time. */
export function openVantages(
  devices: ReadonlyMap<string, NetworkDevice>,
  transportOf: (device: string) => Transport,
  clock: Clock,
): VantageOf {
  const kept = new Map<string, { readonly vantage: Vantage; readonly untilMs: number }>();
  return async (name, target) => {
    const key = JSON.stringify([name, target]);
    const known = kept.get(key);
    if (known !== undefined && known.untilMs > clock()) return known.vantage;
    const address = isIP(target) === 0 ? "" : target;
    const words = ["sh", "-c", WHO, "sh", address];
    const ran = await transportOf(name).run(words, { timeoutMs: TIMEOUT_MS });
    if (ran.kind === "fault") return ran;
    const [user = "", ...rest] = ran.out.split("\n");
    if (user === "") return silent(name, ran.error);
    const source = sourceOf(rest.join("\n"));
    const vantage = { through: throughOf(name, devices.get(name)?.reach), user, source };
    kept.set(key, { vantage, untilMs: clock() + KEPT_MS });
    return vantage;
  };
}

function silent(name: string, error: string): TransportFault {
  return {
    kind: "fault",
    fault: "lost",
    message: `${name} does not say who asks there: ${error.trim()}`,
    help: "look whether its login may run `id`",
  };
}

const routes = z.array(z.object({ prefsrc: z.string().optional() }));

function sourceOf(text: string): string | null {
  try {
    return routes.parse(JSON.parse(text))[0]?.prefsrc ?? null;
  } catch {
    return null;
  }
}

function throughOf(name: string, reach: Reach | undefined): string {
  switch (reach?.kind) {
    case "ssh":
      return `sshd of ${name}`;
    case "namespace":
      return `namespace ${reach.name}`;
    case "simulated":
      return `simulated ${reach.name}`;
    default:
      return "this machine";
  }
}
