import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { filesOf, type MailLab } from "./folder.ts";
import { programOf } from "./internet.ts";
import {
  arrivalEvents,
  countMails,
  type LoadCount,
  type LoadEvent,
  loadEventSchema,
} from "./mailCount.ts";
import { mailFacts } from "./mailFacts.ts";
import { namespaceOf } from "./plan.ts";

/** Milliseconds that senders go on trying when no new mail is sent any more. */
export const GRACE_MS = 60_000;
/** Milliseconds after which a mail counts as late: users notice. */
export const LATE_MS = 5_000;
/** Milliseconds between two looks at what has arrived. */
const LOOK_MS = 200;

const LOAD_ROLES = ["client", "remote"] as const;

export interface LoadOptions {
  /** How long mails are sent. */
  readonly seconds: number;
  /** Mails a second in each direction; half as many users log in. */
  readonly rate: number;
}

/** A load that goes on. */
export interface Load {
  /** Begins nothing new; resolves when every try has ended. */
  stop(): Promise<void>;
  /** Resolves when its time is over and every try has ended. */
  readonly ended: Promise<void>;
}

/** Sends mails in both directions and logs users in, until the time is over. */
export function startLoad(lab: MailLab, { seconds, rate }: LoadOptions): Load {
  const children = LOAD_ROLES.map((role) => {
    const words = programOf("loadMain.ts", lab.plan.prefix, role, String(seconds), String(rate));
    const child = spawn("ip", ["netns", "exec", namespaceOf(lab.plan, role), ...words], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    return { role, child };
  });
  const ended = Promise.all(
    children.map(async ({ role, child }) => {
      const [code] = await once(child, "exit");
      if (code !== 0) throw new Error(`the load of \`${role}\` ended with ${String(code)}`);
    }),
  ).then(() => undefined);
  return {
    ended,
    stop: () => {
      for (const { child } of children) child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Sends mails in both directions and logs users in, until the time is over and every try has ended. */
export function runLoad(lab: MailLab, options: LoadOptions): Promise<void> {
  return startLoad(lab, options).ended;
}

/** What the load has done since a moment, and what came of it. */
export function readLoad(lab: MailLab, sinceMs = 0): readonly LoadEvent[] {
  const all = [
    ...LOAD_ROLES.flatMap((role) => linesOf(filesOf.load(lab, role)).map(parseEvent)),
    ...readRemote(lab),
    ...storedMails(lab, sinceMs).flatMap(({ raw, at }) => arrivalEvents(mailFacts(raw), at)),
  ];
  return all.filter(({ at }) => at >= sinceMs);
}

/** What has come to the remote mail server. */
export function readRemote(lab: MailLab): readonly LoadEvent[] {
  return linesOf(filesOf.remoteMail(lab)).flatMap(remoteEvents);
}

/**
 * Waits until each mail that was taken has arrived or bounced, or the time is over; the count of those that
 * were sent since a moment.
 */
export async function settleLoad(lab: MailLab, waitMs: number, sinceMs = 0): Promise<LoadCount> {
  for (const end = Date.now() + waitMs; ; await pause(LOOK_MS)) {
    const count = countMails(readLoad(lab, sinceMs), LATE_MS);
    const isSettled = [...count.out.missing, ...count.in.missing].length === 0;
    if (isSettled || Date.now() > end) return count;
  }
}

function linesOf(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  /* The last line may be half written. */
  return text.split("\n").slice(0, -1);
}

function parseEvent(line: string): LoadEvent {
  return loadEventSchema.parse(JSON.parse(line));
}

/** A line that the remote mail server keeps of a mail. */
const remoteSchema = z.object({
  at: z.number(),
  id: z.string().nullable(),
  bounced: z.object({ ids: z.array(z.string()), cause: z.string() }).nullable(),
});

function remoteEvents(line: string): readonly LoadEvent[] {
  const mail = remoteSchema.parse(JSON.parse(line));
  return arrivalEvents(mail, mail.at);
}

/** Mails that users have got since. Dovecot names the file for the moment, in seconds and microseconds. */
function storedMails(
  lab: MailLab,
  sinceMs: number,
): readonly { readonly raw: string; readonly at: number }[] {
  return readdirSync(filesOf.store(lab), { recursive: true, encoding: "utf8" }).flatMap((path) => {
    const [, seconds, microseconds] =
      /^(\d+)\.M(\d+)P/.exec(/\/(?:new|cur)\//.test(path) ? basename(path) : "") ?? [];
    if (seconds === undefined || microseconds === undefined) return [];
    const at = Number(seconds) * 1000 + Number(microseconds) / 1000;
    if (at < sinceMs) return [];
    const raw = readIfThere(join(filesOf.store(lab), path));
    return raw === null ? [] : [{ at, raw }];
  });
}

/** Null: it is gone, since whoever reads it moves it to another folder; the next look finds it there. */
function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
