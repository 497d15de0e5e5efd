import { createHmac } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { filesOf, openLab } from "../folder.ts";
import { type LoadEvent, loadEventSchema } from "../mailCount.ts";
import { HELP_DESK } from "../networkFile.ts";
import type { Ticket } from "./tickets.ts";

/*
 * The help desk, in a namespace of its own: users for whom the load does not go through call it, and it sends
 * premortem a signed complaint of each: `ticketsMain PREFIX URL`. Writes a line for each ticket, and ends with its
 * input.
 */

/** Milliseconds between two looks at who has failed: the telephone. */
const LOOK_MS = 200;
/** Milliseconds in which a user hopes that it works again by itself; people are less quick. */
const HOPING_MS = { least: 2_000, most: 5_000 } as const;
/** Milliseconds from one ticket to the next, and how many there are: others see that it is known. */
const PACE_MS = 500;
const TICKETS_AT_MOST = 40;

const [prefix = "", url = ""] = process.argv.slice(2);
const lab = openLab(prefix);
const file = filesOf.load(lab, "client");
const secret = readFileSync(filesOf.complaintSecret(lab), "utf8").trim();

/** What a user says of it; null: it worked. */
function complaintOf(event: LoadEvent): string | null {
  if (event.event === "refused") return `I cannot send mail: ${event.error}`;
  if (event.event === "login" && event.error !== null) return `I cannot log in: ${event.error}`;
  return null;
}

/** Complaints of what fails from now on. */
async function* calls(): AsyncGenerator<string> {
  for (let read = existsSync(file) ? statSync(file).size : 0; ; await pause(LOOK_MS)) {
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    /* The last line may be half written. */
    const end = bytes.lastIndexOf("\n") + 1;
    const lines = bytes.subarray(read, end).toString().split("\n").filter(Boolean);
    read = Math.max(read, end);
    for (const line of lines) {
      const text = complaintOf(loadEventSchema.parse(JSON.parse(line)));
      if (text !== null) yield text;
    }
  }
}

async function complain(id: string, text: string): Promise<void> {
  const failedMs = Date.now();
  await pause(HOPING_MS.least + Math.random() * (HOPING_MS.most - HOPING_MS.least));
  const sentMs = Date.now();
  const ticket: Ticket = { id, failedMs, sentMs, status: await send(id, text, failedMs) };
  process.stdout.write(`${JSON.stringify(ticket)}\n`);
}

/** As docs/reference/network-file.md says; the status of the answer. */
async function send(id: string, text: string, atMs: number): Promise<number | null> {
  const body = JSON.stringify({ id, text, atMs, tags: ["mail"] });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const digits = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  const headers = {
    "content-type": "application/json",
    "premortem-timestamp": timestamp,
    "premortem-signature": `sha256=${digits}`,
  };
  const address = `${url}/v1/complaints/${HELP_DESK}`;
  try {
    return (await fetch(address, { method: "POST", headers, body })).status;
  } catch (fault) {
    console.error(`ticket ${id}: ${String(fault)}`);
    return null;
  }
}

process.stdin.resume().once("end", () => process.exit());
let [count, lastMs] = [0, 0];
for await (const text of calls()) {
  if (count >= TICKETS_AT_MOST || Date.now() < lastMs + PACE_MS) continue;
  lastMs = Date.now();
  count++;
  void complain(`T-${lastMs}-${count}`, text);
}
