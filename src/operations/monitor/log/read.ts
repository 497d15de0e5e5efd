import { readDovecotLine } from "./dovecot.ts";
import type { LogEvent } from "./events.ts";
import { parseLine } from "./line.ts";
import { readPostfixLine } from "./postfix.ts";

/** Mails whose sender is remembered until they are in the queue: they are so within seconds. */
const MAXIMUM_REMEMBERED = 10_000;

/** Reads the lines of one host; remembers who brought a mail until it is in the queue. */
export interface LogReader {
  read(line: string): LogEvent | null;
}

export function openLogReader(): LogReader {
  const clients = new Map<string, string>();
  return {
    read: (raw) => {
      const line = parseLine(raw);
      if (line === null) return null;
      if (line.program.startsWith("dovecot/")) return readDovecotLine(line);
      const found = readPostfixLine(line);
      if (found?.kind === "brought") {
        clients.set(found.queueId, found.client);
        const [oldest] = clients.keys();
        if (clients.size > MAXIMUM_REMEMBERED && oldest !== undefined) clients.delete(oldest);
        return null;
      }
      if (found?.kind !== "queued") return found;
      const client = clients.get(found.queueId) ?? null;
      clients.delete(found.queueId);
      return { kind: "accepted", queueId: found.queueId, client };
    },
  };
}
