import { createInterface } from "node:readline";
import { submitMail, userOf } from "../clients.ts";
import { openLab } from "../folder.ts";
import type { Submitted } from "./sender.ts";

/* A user who hands in a mail for each line of input, at once: `sendMain PREFIX`. */

const PATIENT_MS = 10_000;

const lab = openLab(process.argv[2] ?? "");
const to = `bob@${lab.plan.domains.remote}`;

async function submit(id: string): Promise<void> {
  const beganMs = Date.now();
  const error = await submitMail(lab, userOf(lab.plan, 1), { id, to }, PATIENT_MS).then(
    () => null,
    (fault: unknown) => (fault instanceof Error ? fault.message : String(fault)),
  );
  const submitted: Submitted = { id, beganMs, error };
  process.stdout.write(`${JSON.stringify(submitted)}\n`);
}

for await (const line of createInterface({ input: process.stdin })) void submit(JSON.parse(line));
process.exit();
