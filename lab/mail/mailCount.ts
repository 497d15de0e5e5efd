import { z } from "zod";
import type { MailFacts } from "./mailFacts.ts";

/** Out: from a user to the remote domain. In: from there to a user. */
const directionSchema = z.enum(["out", "in"]);
export type Direction = z.infer<typeof directionSchema>;

/** What happened to a mail or a user, at a moment in milliseconds; one JSON line each. */
export const loadEventSchema = z.discriminatedUnion("event", [
  /** Its sender tries for the first time. */
  z.object({
    event: z.literal("sent"),
    at: z.number(),
    id: z.string(),
    direction: directionSchema,
  }),
  /** A server has taken it, and answers for it from now on. */
  z.object({ event: z.literal("accepted"), at: z.number(), id: z.string() }),
  /** It was not taken: the sender knows, and may try again. */
  z.object({ event: z.literal("refused"), at: z.number(), id: z.string(), error: z.string() }),
  z.object({ event: z.literal("arrived"), at: z.number(), id: z.string() }),
  /** Its sender was told that it will not be delivered. */
  z.object({ event: z.literal("bounced"), at: z.number(), id: z.string(), cause: z.string() }),
  z.object({
    event: z.literal("login"),
    at: z.number(),
    ms: z.number(),
    error: z.string().nullable(),
  }),
]);
export type LoadEvent = z.infer<typeof loadEventSchema>;

export interface MailCount {
  readonly sent: number;
  readonly accepted: number;
  /** Not taken by any server, however often it was tried: its sender knows. */
  readonly refused: number;
  /** Taken at last, after having been refused. */
  readonly retried: number;
  readonly arrived: number;
  /** Arrived, but longer than allowed after the first try. */
  readonly late: number;
  /** Milliseconds from the first try to the arrival, of the latest; null where none arrived. */
  readonly latestMs: number | null;
  /** Arrived more than once. */
  readonly twice: number;
  readonly bounced: readonly { readonly id: string; readonly cause: string }[];
  /** Taken, and neither arrived nor bounced: lost, or still on the way. */
  readonly missing: readonly string[];
}

export interface LoadCount {
  readonly out: MailCount;
  readonly in: MailCount;
  readonly logins: { readonly tried: number; readonly failed: number };
}

/** What became of all mails; `lateMs` is how long one may take. */
export function countMails(events: readonly LoadEvent[], lateMs: number): LoadCount {
  const logins = events.filter(({ event }) => event === "login");
  return {
    out: countDirection(events, "out", lateMs),
    in: countDirection(events, "in", lateMs),
    logins: {
      tried: logins.length,
      failed: logins.filter((one) => one.event === "login" && one.error !== null).length,
    },
  };
}

/** The life of one mail. */
interface Life {
  readonly id: string;
  readonly sentAt: number;
  readonly direction: Direction;
  isAccepted: boolean;
  isRefused: boolean;
  readonly arrivals: number[];
  bounce: string | null;
}

function countDirection(
  events: readonly LoadEvent[],
  direction: Direction,
  lateMs: number,
): MailCount {
  const lives = livesOf(events).filter((life) => life.direction === direction);
  const arrived = lives.filter(({ arrivals }) => arrivals.length > 0);
  const tookMs = arrived.map(({ sentAt, arrivals }) => Math.min(...arrivals) - sentAt);
  /* A sender that was not told in time that its mail is taken has it delivered all the same. */
  const isTaken = ({ isAccepted, arrivals }: Life) => isAccepted || arrivals.length > 0;
  return {
    sent: lives.length,
    accepted: lives.filter(isTaken).length,
    refused: lives.filter((life) => !isTaken(life)).length,
    retried: lives.filter((life) => isTaken(life) && life.isRefused).length,
    arrived: arrived.length,
    late: tookMs.filter((ms) => ms > lateMs).length,
    latestMs: tookMs.length === 0 ? null : Math.max(...tookMs),
    twice: arrived.filter(({ arrivals }) => arrivals.length > 1).length,
    bounced: lives.flatMap(({ id, bounce }) => (bounce === null ? [] : [{ id, cause: bounce }])),
    missing: lives
      .filter(
        ({ isAccepted, arrivals, bounce }) =>
          isAccepted && arrivals.length === 0 && bounce === null,
      )
      .map(({ id }) => id),
  };
}

function livesOf(events: readonly LoadEvent[]): readonly Life[] {
  const lives = new Map<string, Life>();
  for (const one of events)
    if (one.event === "sent")
      lives.set(one.id, {
        id: one.id,
        sentAt: one.at,
        direction: one.direction,
        isAccepted: false,
        isRefused: false,
        arrivals: [],
        bounce: null,
      });
  for (const one of events) {
    if (one.event === "login" || one.event === "sent") continue;
    const life = lives.get(one.id);
    if (life === undefined) continue;
    if (one.event === "accepted") life.isAccepted = true;
    if (one.event === "refused") life.isRefused = true;
    if (one.event === "arrived") life.arrivals.push(one.at);
    if (one.event === "bounced") life.bounce = one.cause;
  }
  return [...lives.values()];
}

/** What the arrival of a mail says: of itself, or of those that it reports. */
export function arrivalEvents(
  { id, bounced }: Pick<MailFacts, "id" | "bounced">,
  at: number,
): readonly LoadEvent[] {
  if (bounced !== null)
    return bounced.ids.map((lost) => ({ event: "bounced", at, id: lost, cause: bounced.cause }));
  return id === null ? [] : [{ event: "arrived", at, id }];
}
