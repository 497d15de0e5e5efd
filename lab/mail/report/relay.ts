import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { MailLab } from "../folder.ts";
import { programOf } from "../internet.ts";
import { type HostRole, namespaceOf } from "../plan.ts";

/* What goes between a report and the processes that it has in namespaces of the lab: JSON lines. */

export const questionSchema = z.object({
  id: z.number(),
  /** `LISTEN` is a `GET` whose answer are news without an end. */
  method: z.enum(["GET", "POST", "PUT", "DELETE", "LISTEN"]),
  path: z.string(),
  token: z.string().nullable(),
  body: z.unknown(),
});
export type Question = z.infer<typeof questionSchema>;

const newsSchema = z.object({
  topic: z.string(),
  subject: z.string(),
  kind: z.string(),
  atMs: z.number(),
  text: z.string(),
});
export type News = z.infer<typeof newsSchema>;

export const toldSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("answer"),
    id: z.number(),
    status: z.number(),
    body: z.unknown(),
    atMs: z.number(),
  }),
  z.object({ kind: z.literal("fault"), id: z.number(), message: z.string() }),
  /** `atMs` is when it was heard. */
  z.object({ kind: z.literal("news"), atMs: z.number(), news: newsSchema }),
]);
export type Told = z.infer<typeof toldSchema>;

/** A program of the lab that runs in a namespace, and is told and tells lines. It ends with this process. */
export interface LineProcess {
  send(value: unknown): void;
  /** Resolves when it has ended. */
  close(): Promise<void>;
}

/** Starts one of the lab's programs beside a host's own. */
export function startLines(
  lab: MailLab,
  role: HostRole,
  program: readonly [name: string, ...words: string[]],
  onLine: (line: string) => void,
): LineProcess {
  const [name, ...words] = program;
  const started = programOf(name, ...words);
  const child = spawn("ip", ["netns", "exec", namespaceOf(lab.plan, role), ...started], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = endOf(child);
  createInterface({ input: child.stdout }).on("line", onLine);
  child.stdin.on("error", () => undefined);
  return {
    send: (value) => void child.stdin.write(`${JSON.stringify(value)}\n`),
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("exit", () => resolve());
    child.once("error", reject);
  });
}
