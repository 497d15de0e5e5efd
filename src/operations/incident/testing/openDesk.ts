import { readFileSync } from "node:fs";
import { testDatabase } from "../../../platform/db/testing/testDatabase.ts";
import type { Network } from "../../inventory/model.ts";
import { parseNetwork } from "../../inventory/networkFile.ts";
import { type IncidentOptions, openIncidents } from "../service.ts";
import { INCIDENT_MIGRATIONS } from "../store.ts";

/** The network of the example. */
export function exampleNetwork(): Network {
  const text = readFileSync("examples/mail/premortem.yaml", "utf8");
  const { network } = parseNetwork("premortem.yaml", text);
  if (network === null) throw new Error("the example has no network");
  return network;
}

/** Incidents of the example's network, without a device that could be asked, but for what is given. */
export async function openDesk(given: Partial<IncidentOptions> = {}) {
  const { database } = await testDatabase(INCIDENT_MIGRATIONS);
  const network = exampleNetwork();
  const options: IncidentOptions = {
    database,
    clock: () => 30,
    network: () => network,
    transportOf: () => {
      throw new Error("no device is asked");
    },
    differencesSince: async () => [],
    difference: async () => null,
    isSeen: () => true,
    snapshotOf: async () => null,
    taken: async () => null,
    devicePart: "",
    deviceFolder: () => "",
    attribute: () => () => undefined,
    record: async () => undefined,
    recover: async () => [],
    onFault: (fault) => {
      throw fault;
    },
    ...given,
  };
  return { database, incidents: openIncidents(options), open: () => openIncidents(options) };
}
