import { randomUUID } from "node:crypto";
import { mailFromOutside, openInbox, probeOf, roundTrip, submitMail } from "./clients.ts";
import { openLab } from "./folder.ts";
import { isTryName, type Tried, type TryName } from "./tries.ts";

/* Things that users or the outside do, in the namespace of who does them: `tryMain PREFIX MS NAME…`. */

const [prefix = "", wait = "", ...names] = process.argv.slice(2);
const lab = openLab(prefix);
const account = probeOf(lab.plan);
const waitMs = Number(wait);

const DO: Readonly<Record<TryName, (id: string) => Promise<void>>> = {
  submission: (id) =>
    submitMail(lab, account, { id, to: `bob@${lab.plan.domains.remote}` }, waitMs),
  login: () => openInbox(lab, account, waitMs),
  outside: (id) => mailFromOutside(lab, { id, to: account.user }, waitMs),
  roundTrip: (id) => roundTrip(lab, id, waitMs),
};

async function tryOne(name: TryName): Promise<Tried> {
  const began = Date.now();
  const error = await DO[name](randomUUID()).then(
    () => null,
    (caught: unknown) => (caught instanceof Error ? caught.message : String(caught)),
  );
  return { name, ms: Date.now() - began, error };
}

console.log(JSON.stringify(await Promise.all(names.filter(isTryName).map(tryOne))));
/* A library may still hold a connection that hangs. */
process.exit();
