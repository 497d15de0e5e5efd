import { z } from "zod";
import type { MailLab } from "../mail/folder.ts";
import type { HostRole } from "../mail/plan.ts";
import { type Inside, startInside } from "./inside.ts";

/** A notification that somebody was sent. */
export interface Notified {
  /** Milliseconds since 1970 when all of it had come. */
  readonly atMs: number;
  readonly body: string;
}

const lineSchema = z.union([
  z.object({ listening: z.literal(true) }),
  z.object({ atMs: z.number(), body: z.string() }),
]);

/** Takes whatever is posted to a port of loopback, and prints it with the moment. */
const PROGRAM = `
require("node:http").createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const atMs = performance.timeOrigin + performance.now();
    response.writeHead(200).end();
    console.log(JSON.stringify({ atMs, body: Buffer.concat(parts).toString() }));
  });
}).listen(Number(process.argv[1]), "127.0.0.1", () => console.log('{"listening":true}'));
`;

export interface NoticeReceiver {
  readonly url: string;
  readonly all: readonly Notified[];
  /** The first one from a moment on that is as wanted; null: none came in time. */
  first(
    sinceMs: number,
    isWanted: (notified: Notified) => boolean,
    withinMs: number,
  ): Promise<Notified | null>;
  end(): Promise<void>;
}

export async function startReceiver(
  lab: MailLab,
  role: HostRole,
  port: number,
): Promise<NoticeReceiver> {
  const all: Notified[] = [];
  let told: readonly (() => void)[] = [];
  const tell = () => {
    const waiting = told;
    told = [];
    for (const resolve of waiting) resolve();
  };
  const program: Inside = await new Promise((resolve) => {
    const started: Inside = startInside(
      lab,
      role,
      [process.execPath, "-e", PROGRAM, String(port)],
      `receiver-${port}`,
      {
        onLine: (line) => {
          const read = lineSchema.parse(JSON.parse(line));
          if ("listening" in read) return resolve(started);
          all.push(read);
          tell();
        },
      },
    );
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    all,
    async first(sinceMs, isWanted, withinMs) {
      const end = Date.now() + withinMs;
      for (;;) {
        const found = all.find((one) => one.atMs >= sinceMs && isWanted(one));
        if (found !== undefined) return found;
        const restMs = end - Date.now();
        if (restMs <= 0) return null;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, restMs);
          told = [
            ...told,
            () => {
              clearTimeout(timer);
              resolve();
            },
          ];
        });
      }
    },
    end: () => program.end(),
  };
}
