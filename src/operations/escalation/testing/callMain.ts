/* Calls people for one incident, until it is killed: what it leaves in its database is another's to go on with. */
import { readFileSync } from "node:fs";
import { systemClock } from "../../../platform/clock.ts";
import { openDatabase } from "../../../platform/db/open.ts";
import { parseNetwork } from "../../inventory/networkFile.ts";
import { openTrail } from "../../trail/service.ts";
import { pagersOf } from "../pager.ts";
import { openEscalations } from "../service.ts";

const [url = "", file = "", subject = ""] = process.argv.slice(2);
const opened = await openDatabase({ kind: "url", url });
if (opened.kind === "fault") throw new Error(opened.message);
const { database } = opened;
const { network } = parseNetwork(file, readFileSync(file, "utf8"));
if (network === null) throw new Error(`${file} is no network file`);
openEscalations({
  database,
  clock: systemClock,
  trail: openTrail({ database }),
  network: () => network,
  subjects: async () => [JSON.parse(subject)],
  alerts: { raise: () => new Promise(() => {}), end: async () => {}, unresolved: async () => [] },
  pagers: () => pagersOf(network.notify, systemClock),
  random: () => 0,
  onFault: (fault) => {
    throw fault;
  },
}).start();
