import { Duplex } from "node:stream";
import type { Transport, TransportFault } from "./transport.ts";

/** A way that leads nowhere: whatever is asked, the same fault is the answer. */
export function closedTransport(name: string, fault: TransportFault): Transport {
  return {
    name,
    run: () => Promise.resolve(fault),
    stream: () => ({
      lines: nothing(),
      ended: Promise.resolve(fault),
      stop: () => undefined,
    }),
    connect: () => new Duplex().destroy(new Error(fault.message, { cause: fault })),
    knock: () => Promise.resolve(fault),
    close: () => Promise.resolve(),
  };
}

async function* nothing(): AsyncGenerator<string> {}
