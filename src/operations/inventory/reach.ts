import { localTransport, namespaceTransport } from "../../platform/transport/local.ts";
import { sshTransport } from "../../platform/transport/ssh.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { Reach } from "./model.ts";
import { notSimulated } from "./notSimulated.ts";

export function openTransport(reach: Reach): Transport {
  switch (reach.kind) {
    case "local":
      return localTransport();
    case "namespace":
      return namespaceTransport(reach.name);
    case "ssh":
      return sshTransport({ target: reach.target, port: reach.port });
    case "simulated":
      return notSimulated(reach.name);
  }
}

/** The ways to all devices, each opened when it is needed first, and kept. */
export interface Transports {
  /** Opened anew where the device is reached in another way than before. */
  to(device: string, reach: Reach): Transport;
  close(): Promise<void>;
}

export function openTransports(open: (reach: Reach) => Transport = openTransport): Transports {
  const kept = new Map<string, { readonly key: string; readonly transport: Transport }>();
  return {
    to(device, reach) {
      const key = JSON.stringify(reach);
      const found = kept.get(device);
      if (found?.key === key) return found.transport;
      void found?.transport.close();
      const transport = open(reach);
      kept.set(device, { key, transport });
      return transport;
    },
    async close() {
      const all = [...kept.values()];
      kept.clear();
      await Promise.all(all.map(({ transport }) => transport.close()));
    },
  };
}
