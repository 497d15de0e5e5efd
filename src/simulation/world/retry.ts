import type { SimulatedTime } from "../model.ts";
import type { Flows, NoFlow, OpenFlow } from "./flows.ts";
import type { FlowEnds } from "./packets.ts";

/** Milliseconds until TCP sends something again that was not acknowledged; doubled each time (RFC 6298, Linux). */
const FIRST_RETRY_MS = 200;
/** The same for what opens a connection. */
const FIRST_SYN_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 120_000;

/** Sends again and again what does not get through; what it returns gives up. */
export function resend(
  time: SimulatedTime,
  isThrough: () => boolean,
  done: () => void,
  firstMs: number = FIRST_RETRY_MS,
): () => void {
  let cancel = () => {};
  const later = (ms: number) => {
    cancel = time.after(ms, () => {
      if (isThrough()) done();
      else later(Math.min(2 * ms, LONGEST_RETRY_MS));
    });
  };
  later(firstMs);
  return () => cancel();
}

export interface Wanted extends Pick<FlowEnds, "from" | "to" | "port"> {
  /** Milliseconds until who connects gives up. */
  readonly patienceMs: number;
}

/** Opens a TCP connection as a program does that waits for it: a SYN that is lost is sent again. */
export function connectPatiently(
  time: SimulatedTime,
  flows: Flows,
  { from, to, port, patienceMs }: Wanted,
  done: (result: OpenFlow | NoFlow) => void,
): () => void {
  const first = flows.open("tcp", from, to, port);
  if (first.kind !== "dropped") {
    const cancel = time.after(0, () => done(first));
    return cancel;
  }
  let found: OpenFlow | NoFlow = first;
  const isAnswered = () => {
    found = flows.open("tcp", from, to, port);
    return found.kind !== "dropped";
  };
  const end = () => {
    giveUp();
    stop();
    done(found);
  };
  const giveUp = resend(time, isAnswered, end, FIRST_SYN_RETRY_MS);
  const stop = time.after(patienceMs, end);
  return () => {
    giveUp();
    stop();
  };
}
