import { z } from "zod";
import { ESCALATION_CHANNELS, ESCALATION_KINDS } from "./onCall.ts";

/* The shape of `on-call` and `escalation` in `premortem.yaml`; what it means is looked up in onCallFile.ts. */

export const WEEKDAYS = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;

/** Times that the steps of one policy may be gone through again. */
const MAXIMUM_REPEAT = 10;
/** Steps of one policy; who has not come by then does not come. */
const MAXIMUM_STEPS = 20;

const oneOrMore = <Item extends z.ZodType<string>>(item: Item) =>
  z.union([item, z.array(item).min(1)]);
const time = z.string().describe("`09:00`, by the clock on the wall");

const hours = z
  .strictObject({
    days: oneOrMore(z.enum(WEEKDAYS)),
    from: time,
    to: time.describe("not behind `from`: on the next day"),
  })
  .describe("hours in which somebody is on call");

export const onCallSchema = z
  .strictObject({
    "time-zone": z.string().describe("as IANA names it: `Europe/Vienna`"),
    rotation: oneOrMore(z.string()).describe("logins, each for one shift, in this order"),
    every: z.enum(["day", "week"]).default("week").describe("how long a shift is"),
    "hand-over": z
      .string()
      .optional()
      .describe("default: `monday 09:00`; where a shift is a day: `09:00`"),
    start: z
      .string()
      .default("1970-01-05")
      .describe("`2026-01-05`: the first shift begins with the first hand-over from then on"),
    hours: z.array(hours).default([]).describe("default: around the clock"),
  })
  .describe("who is called, person after person");

const step = z.strictObject({
  notify: oneOrMore(z.string()).describe("a login, `team:NAME` or `on-call:NAME`"),
  by: oneOrMore(z.enum(ESCALATION_CHANNELS))
    .optional()
    .describe("channels of `notify`; default: all of them that tell one person"),
  wait: z.string().default("5m").describe("until the next step: `5m`"),
});

export const escalationSchema = z
  .strictObject({
    when: oneOrMore(z.enum(ESCALATION_KINDS)).describe(
      "`rule`: the cause is a rule; `mail`, `database`, `names`: these connections hurt; `blind`: premortem does not see something; `any`: any incident",
    ),
    steps: z.array(step).min(1).max(MAXIMUM_STEPS),
    repeat: z.number().int().min(0).max(MAXIMUM_REPEAT).default(0),
  })
  .describe("who is told, and who next if nobody takes it in hand");
