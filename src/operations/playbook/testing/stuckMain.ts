/* A server that is at work on steps and comes to no end: killed, it leaves runs behind. */
import { openDatabase } from "../../../platform/db/open.ts";
import { openTestPlaybooks } from "./openTestPlaybooks.ts";

const [url = ""] = process.argv.slice(2);
const opened = await openDatabase({ kind: "url", url });
if (opened.kind === "fault") throw new Error(opened.message);
const never = new Promise<never>(() => undefined);
const ANA = { login: "ana", roles: ["operator"] } as const;
const { playbooks, work } = openTestPlaybooks(opened.database);
const run = await playbooks.begin(7, "outgoing", ANA);
if ("reason" in run) throw new Error(run.reason);
await playbooks.step(7, run.id, "undo", { kind: "start" }, ANA);
await playbooks.settled();
/* From here on nothing comes to its end. */
work.probe = () => never;
work.undo = () => never;
await playbooks.step(7, run.id, "probe", { kind: "start" }, ANA);
await playbooks.step(7, run.id, "undo", { kind: "press" }, ANA);
await playbooks.step(7, run.id, "look", { kind: "done", text: "" }, ANA);
process.stdout.write("stuck\n");
setInterval(() => undefined, 1_000);
