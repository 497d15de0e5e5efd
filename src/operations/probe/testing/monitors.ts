import { systemClock } from "../../../platform/clock.ts";
import { localTransport } from "../../../platform/transport/local.ts";
import type { Transport } from "../../../platform/transport/transport.ts";
import type { Network } from "../../inventory/model.ts";
import type { ProbeMonitor } from "../../inventory/monitors.ts";
import { parseNetwork } from "../../inventory/networkFile.ts";
import type { ProbeResult } from "../model.ts";
import { runProbe } from "../run.ts";
import { openVantages } from "../vantage.ts";

/** A network of one device, with one monitor a line. */
export function networkOf(...monitors: readonly string[]): Network {
  const lines = monitors.map((text, index) => `  m${index}: ${text}`);
  const { network, diagnostics } = parseNetwork(
    "n",
    `devices: { here: { reach: local, addresses: 127.0.0.1 } }\nzones: {}\nmonitors:\n${lines.join("\n")}`,
  );
  if (network === null || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return network;
}

/** Asks once, as the network file says. */
export function askOnce(
  text: string,
  transport: Transport = localTransport(),
): Promise<ProbeResult> {
  const network = networkOf(text);
  const transportOf = () => transport;
  const [monitor] = network.monitors;
  return runProbe(monitor as ProbeMonitor, {
    clock: systemClock,
    transportOf,
    vantageOf: openVantages(network.devices, transportOf, systemClock),
  });
}
