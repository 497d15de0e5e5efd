import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { MailLab } from "../folder.ts";
import { readRemote } from "../load.ts";
import { startLines } from "./relay.ts";

/** Milliseconds between two looks at what has arrived outside. */
const LOOK_MS = 20;

const submittedSchema = z.object({
  id: z.string(),
  beganMs: z.number(),
  /** Null: it was taken. */
  error: z.string().nullable(),
});
export type Submitted = z.infer<typeof submittedSchema>;

/** What became of one mail. */
export interface Delivered {
  readonly beganMs: number;
  readonly error: string | null;
  /** When the remote server took it; null: it did not come in time. */
  readonly arrivedMs: number | null;
}

/** A user who is ready to send. */
export interface Sender {
  /** Hands a mail in now, and waits for it at the other end. */
  send(waitMs: number): Promise<Delivered>;
  close(): Promise<void>;
}

export function openSender(lab: MailLab): Sender {
  const waiting = new Map<string, (submitted: Submitted) => void>();
  const lines = startLines(lab, "client", ["report/sendMain.ts", lab.plan.prefix], (line) => {
    const submitted = submittedSchema.parse(JSON.parse(line));
    waiting.get(submitted.id)?.(submitted);
    waiting.delete(submitted.id);
  });
  return {
    send: async (waitMs) => {
      const id = randomUUID();
      const answered = new Promise<Submitted>((resolve) => waiting.set(id, resolve));
      lines.send(id);
      const { beganMs, error } = await answered;
      const arrivedMs = error === null ? await arrival(lab, id, waitMs) : null;
      return { beganMs, error, arrivedMs };
    },
    close: () => lines.close(),
  };
}

async function arrival(lab: MailLab, id: string, waitMs: number): Promise<number | null> {
  for (const end = Date.now() + waitMs; Date.now() < end; await pause(LOOK_MS)) {
    const found = readRemote(lab).find((one) => one.event === "arrived" && one.id === id);
    if (found !== undefined) return found.at;
  }
  return null;
}
