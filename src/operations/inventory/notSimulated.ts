import { Duplex } from "node:stream";
import type { Transport, TransportFault } from "../../platform/transport/transport.ts";

/** A server that simulates nothing: the device cannot be asked, which is told as of any other. */
export function notSimulated(name: string): Transport {
  const fault: TransportFault = {
    kind: "fault",
    fault: "unreachable",
    message: `nothing simulates \`${name}\` here`,
    help: "start the server with a simulation, or write how the device is really reached",
  };
  return {
    name: `simulated:${name}`,
    run: () => Promise.resolve(fault),
    stream: () => ({
      lines: noLines(),
      ended: Promise.resolve(fault),
      stop: () => undefined,
    }),
    connect: () => {
      const connection = new Duplex({ read: () => undefined });
      queueMicrotask(() => connection.destroy(new Error(fault.message, { cause: fault })));
      return connection;
    },
    knock: () => Promise.resolve(fault),
    close: () => Promise.resolve(),
  };
}

async function* noLines(): AsyncGenerator<string> {}
