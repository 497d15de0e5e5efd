import type { IntentWords } from "../../engine/answer/check.ts";
import { single } from "../../engine/base/range.ts";
import type { Addresses, Intent } from "../../engine/intents/model.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import { parseAddressRange } from "../inventory/addresses.ts";

/** The connection over which premortem itself reaches a device, as the device sees it. */
export interface ManagementFlow {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  /** Behind which the client lies; null: not known, so any. */
  readonly interface: string | null;
}

/** Id of the intent that nobody has to write: premortem is not locked out. */
export const MANAGEMENT_INTENT = "premortem-management";

/** Null: the device is not reached over a network, or does not say from where. */
export async function readManagementFlow(transport: Transport): Promise<ManagementFlow | null> {
  const said = await transport.run(["printenv", "SSH_CONNECTION"]);
  if (said.kind === "fault" || said.code !== 0) return null;
  const [client, , server, port] = said.out.trim().split(" ");
  if (client === undefined || server === undefined || !/^\d+$/.test(port ?? "")) return null;
  const route = await transport.run(["ip", "-o", "route", "get", client, "from", server]);
  const found = route.kind === "ran" && route.code === 0 ? / dev (\S+)/.exec(route.out) : null;
  return { client, server, port: Number(port), interface: found?.[1] ?? null };
}

const TCP = 6;

/** What has to hold so that premortem still reaches the device; null: the addresses are none. */
export function managementIntent(
  flow: ManagementFlow,
  device: string,
): { readonly words: IntentWords; readonly intent: Intent } | null {
  const from = addressesOf(flow.client);
  const to = addressesOf(flow.server);
  if (from === null || to === null) return null;
  const service = { kind: "ports", protocol: TCP, ports: [single(BigInt(flow.port))] } as const;
  const interfaces = flow.interface === null ? null : [flow.interface];
  return {
    words: {
      id: MANAGEMENT_INTENT,
      expect: "reachable",
      from: flow.client,
      to: device,
      services: [`tcp/${flow.port}`],
      owner: "premortem",
      critical: true,
      reason: "premortem itself comes this way: it would be locked out",
    },
    intent: {
      kind: "reachable",
      flows: [
        {
          path: "input",
          from: { addresses: from, interfaces },
          to: { addresses: to, interfaces: null },
          services: [service],
        },
      ],
    },
  };
}

/** `::ffff:10.0.0.1` is how a socket of both families tells an address of IPv4 (RFC 4291, 2.5.5.2). */
function addressesOf(text: string): Addresses | null {
  const found = parseAddressRange(text.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, ""));
  return found === null ? null : new Map([[found.family, [found.range]]]);
}
