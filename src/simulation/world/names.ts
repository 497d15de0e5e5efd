import type { SimulatedTime } from "../model.ts";
import type { Flows } from "./flows.ts";
import { ADDRESSES, PORTS } from "./plan.ts";

/** `options timeout:2 attempts:2` of resolv.conf. */
const TIMEOUT_MS = 2_000;
const ATTEMPTS = 2;
/** Milliseconds until the resolver answers. */
const ANSWER_MS = 8;

/** Asks the resolver for a name, over UDP, as the C library does. */
export function lookUpName(
  time: SimulatedTime,
  flows: Flows,
  from: string,
  done: (isFound: boolean) => void,
): void {
  const attempt = (left: number) => {
    const flow = flows.open("udp", from, ADDRESSES.resolver, PORTS.dns);
    if (flow.kind === "open") time.after(ANSWER_MS, () => done(true));
    else if (left > 0) time.after(TIMEOUT_MS, () => attempt(left - 1));
    else done(false);
  };
  attempt(ATTEMPTS);
}
