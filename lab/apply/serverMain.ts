import type { Actor } from "../../src/operations/change/model.ts";
import { openDatabase } from "../../src/platform/db/open.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import { type LoopProbe, openLoop } from "./loop.ts";

/*
 * As much of a server as applies changes, in a process of its own, so that a test can kill it:
 *   serverMain URL NETWORK-FILE NAMESPACE STATE CHANGE pass|fail
 * It takes up what one before has left or has just ended, or begins with the change. Prints a line for each state, and in
 * the end the whole apply.
 */

const [url = "", networkFile = "", namespace = "", state = "", changeId = "", verdict = ""] =
  process.argv.slice(2);
const OPERATOR: Actor = { login: "ana", roles: ["operator"] };
const WISHES = { windowS: 60, insist: "rollbacks are wanted here" };

const opened = await openDatabase({ kind: "url", url });
if (opened.kind === "fault") throw new Error(opened.message);
const probe: LoopProbe = {
  flows: [],
  run: () => Promise.resolve({ status: verdict === "pass" ? "ok" : "failed", text: verdict }),
};
const { applies, changes, news } = openLoop({
  database: opened.database,
  networkFile,
  transport: namespaceTransport(namespace),
  state,
  probes: new Map([["probe", probe]]),
});
news.subscribe((told) => {
  if (told.kind === "state") process.stdout.write(`${told.state.kind}\n`);
});
const [left] = await applies.resume();
const found = await changes.get(Number(changeId));
const isBegun = "change" in found && found.change.status !== "proposed";
const [newest] = isBegun ? await applies.list({ limit: 1, beforeId: null }) : [];
const apply = left ?? newest ?? (await applies.start(Number(changeId), OPERATOR, WISHES));
const end = "reason" in apply ? apply : await applies.ended(apply.id);
process.stdout.write(`${JSON.stringify(end)}\n`);
await opened.close();
