import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { mailFromOutside, openInbox, submitMail, userOf } from "./clients.ts";
import { filesOf, openLab } from "./folder.ts";
import { GRACE_MS } from "./load.ts";
import type { LoadEvent } from "./mailCount.ts";

/*
 * Users, or the outside, as they go on all day; each in the namespace of its own:
 * `loadMain PREFIX client|remote SECONDS RATE`.
 */

/** Milliseconds that a client waits for each answer, and that the outside waits before it tries again. */
const PATIENT_MS = 10_000;
const RETRY_MS = 5_000;
/** Logins for each mail. */
const LOGINS = 0.5;

const [prefix = "", role = "", seconds = "", rate = ""] = process.argv.slice(2);
const lab = openLab(prefix);
const { plan } = lab;
if (role !== "client" && role !== "remote") throw new Error(`nobody is called \`${role}\``);
const file = filesOf.load(lab, role);
let until = Date.now() + Number(seconds) * 1000;
process.once("SIGTERM", () => {
  until = Math.min(until, Date.now());
});

function tell(event: LoadEvent): void {
  appendFileSync(file, `${JSON.stringify(event)}\n`);
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const anybody = () => userOf(plan, 1 + Math.floor(Math.random() * plan.accounts.users));

/** One try to hand a mail in; whether it was taken. */
async function attempt(id: string, hand: () => Promise<void>): Promise<boolean> {
  try {
    await hand();
  } catch (error) {
    tell({ event: "refused", at: Date.now(), id, error: wordsOf(error) });
    return false;
  }
  tell({ event: "accepted", at: Date.now(), id });
  return true;
}

/** A user tries once, and sees whether it worked. */
async function submitOne(): Promise<void> {
  const id = randomUUID();
  const to = `bob@${plan.domains.remote}`;
  tell({ event: "sent", at: Date.now(), id, direction: "out" });
  await attempt(id, () => submitMail(lab, anybody(), { id, to }, PATIENT_MS));
}

/** A mail server tries again (RFC 5321, 4.5.4.1). */
async function sendOneIn(): Promise<void> {
  const id = randomUUID();
  const to = anybody().user;
  tell({ event: "sent", at: Date.now(), id, direction: "in" });
  while (!(await attempt(id, () => mailFromOutside(lab, { id, to }, PATIENT_MS)))) {
    if (Date.now() + RETRY_MS > until + GRACE_MS) return;
    await pause(RETRY_MS);
  }
}

async function logInOnce(): Promise<void> {
  const at = Date.now();
  const error = await openInbox(lab, anybody(), PATIENT_MS).then(() => null, wordsOf);
  tell({ event: "login", at, ms: Date.now() - at, error });
}

/** Begins one after the other, whether or not those before have ended; until all have. */
async function keepUp(perSecond: number, begin: () => Promise<void>): Promise<void> {
  const began = Date.now();
  const all: Promise<void>[] = [];
  for (let count = 0; Date.now() < until; count++) {
    all.push(begin());
    await pause(Math.max(0, began + ((count + 1) * 1000) / perSecond - Date.now()));
  }
  await Promise.all(all);
}

const perSecond = Number(rate);
if (role === "client")
  await Promise.all([keepUp(perSecond, submitOne), keepUp(perSecond * LOGINS, logInOnce)]);
else await keepUp(perSecond, sendOneIn);
process.exit();
