import { z } from "zod";
import type { Trouble } from "./log/events.ts";
import { reasonOf, troubleOf } from "./log/postfix.ts";

/** One look at the queue of a mail server. */
export interface QueueLook {
  readonly atMs: number;
  /** Mails in all queues, and of them those that wait to be tried again. */
  readonly total: number;
  readonly deferred: number;
  /** Why the youngest of those wait, most frequent first. */
  readonly reasons: readonly QueueReason[];
}

export interface QueueReason {
  readonly count: number;
  readonly reason: string;
  readonly trouble: Trouble;
}

/** Mails whose reasons are read: a queue of 100,000 is 30 MB as text. */
export const MAXIMUM_READ = 300;
/** Reasons that are told apart. */
const MAXIMUM_REASONS = 5;
/** Seconds before the youngest mail: what waits for days waits for something else. */
const YOUNG_S = 600;

/** `postqueue` prints one mail a line (postqueue(1), JSON object format); what is counted stays there. */
export const LOOK = `{ postqueue "$@" -j || echo "failed"; } | awk '
/^failed$/ { failed = 1; next }
/^[{]"queue_name": "deferred"/ { deferred++; if (deferred <= ${MAXIMUM_READ}) print }
END { if (failed) print "failed"; else print NR, deferred + 0 }'`;

const DEFAULT_FOLDER = "/etc/postfix";

export function queueCommand(configuration: string): readonly string[] {
  const words = configuration === DEFAULT_FOLDER ? [] : ["-c", configuration];
  return ["sh", "-c", LOOK, "sh", ...words];
}

const mail = z.object({
  arrival_time: z.number(),
  recipients: z.array(z.object({ delay_reason: z.string().optional() })),
});

/** What the look has printed; null: it could not look. */
export function readQueue(text: string, atMs: number): QueueLook | null {
  const lines = text.trimEnd().split("\n");
  const [, total, deferred] = /^(\d+) (\d+)$/.exec(lines.at(-1) ?? "") ?? [];
  if (total === undefined || deferred === undefined) return null;
  const mails = lines.slice(0, -1).flatMap((line) => readMail(line));
  return { atMs, total: Number(total), deferred: Number(deferred), reasons: reasonsOf(mails) };
}

type Mail = z.infer<typeof mail>;

function readMail(line: string): readonly Mail[] {
  try {
    return [mail.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

function reasonsOf(mails: readonly Mail[]): readonly QueueReason[] {
  const newestS = Math.max(...mails.map((one) => one.arrival_time));
  const found = new Map<string, QueueReason>();
  for (const { arrival_time, recipients } of mails) {
    if (arrival_time < newestS - YOUNG_S) continue;
    for (const reason of new Set(recipients.flatMap(({ delay_reason }) => delay_reason ?? []))) {
      const trouble = troubleOf("smtp", reason);
      const key = JSON.stringify(trouble);
      const count = (found.get(key)?.count ?? 0) + 1;
      found.set(key, { count, reason: reasonOf(reason), trouble });
    }
  }
  return [...found.values()].sort((a, b) => b.count - a.count).slice(0, MAXIMUM_REASONS);
}

/** Milliseconds within which a queue has to grow for it to be told. */
const WINDOW_MS = 300_000;
/** Waiting mails more than before that are nothing yet: greylisting makes as many wait. */
const LEAST_GROWTH = 10;
/** Share of what waited before by which it has to grow as well: a long queue breathes. */
const LEAST_SHARE = 0.5;

/** Looks that growth is judged by, with the newest one in. */
export function withLook(looks: readonly QueueLook[], look: QueueLook): readonly QueueLook[] {
  return [...looks.filter(({ atMs }) => atMs >= look.atMs - WINDOW_MS), look];
}

export interface Growth {
  /** Mails more than at the emptiest moment of the window. */
  readonly more: number;
  readonly sinceMs: number;
}

/** How much more waits than a while ago; null: no more than a queue does by itself. */
export function growthOf(looks: readonly QueueLook[]): Growth | null {
  const last = looks.at(-1);
  const least = looks.toSorted((a, b) => a.deferred - b.deferred || b.atMs - a.atMs)[0];
  if (last === undefined || least === undefined) return null;
  const more = last.deferred - least.deferred;
  return more < Math.max(LEAST_GROWTH, LEAST_SHARE * least.deferred)
    ? null
    : { more, sinceMs: least.atMs };
}
