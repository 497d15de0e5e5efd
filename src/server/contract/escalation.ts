import { z } from "@hono/zod-openapi";
import { ESCALATION_CHANNELS, ESCALATION_KINDS } from "../../operations/inventory/onCall.ts";
import { listOf, milliseconds, name } from "./common.ts";

const duty = z.object({
  login: z.string().nullable().describe("null: nobody is on call"),
  name: z.string().nullable(),
  fromMs: milliseconds,
  untilMs: milliseconds.nullable().describe("null: nothing changes for long"),
});

export const override = z
  .object({
    id: z.number(),
    calendar: z.string(),
    login: z.string(),
    fromMs: milliseconds,
    toMs: milliseconds.describe("not with it any more"),
    by: z.string().describe("who made it"),
  })
  .openapi("OnCallOverride");

export const onCall = z
  .object({
    calendars: listOf(
      z.object({
        name: z.string(),
        timeZone: z.string(),
        now: duty,
        next: duty.nullable().describe("null: nobody takes over for long"),
        overrides: listOf(override).describe("those that are not over"),
      }),
    ),
  })
  .openapi("OnCall");

export const calendarPath = z.object({ calendar: name });
export const overridePath = calendarPath.extend({ id: z.coerce.number().int().min(1) });
export const overrideBody = z.object({ login: name, fromMs: milliseconds, toMs: milliseconds });

export const escalationQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  status: z.enum(["open", "all"]).default("open"),
});

const telling = z.object({
  login: z.string(),
  name: z.string().nullable().describe("null: the network file does not have them any more"),
  channel: z.enum(ESCALATION_CHANNELS),
  round: z.number().describe("from 1"),
  step: z.number().describe("from 1"),
  atMs: milliseconds,
  result: z
    .enum(["waiting", "sent", "failed", "dropped"])
    .describe("`dropped`: somebody came, or it was over, before it went out"),
  reason: z.string().describe("why the last attempt failed, or why it was dropped"),
  attempts: z.number(),
  resultMs: milliseconds.nullable(),
});

export const escalation = z
  .object({
    id: z.number(),
    subject: z.string().describe("`incident/12`, `blind/device/fw`"),
    incident: z.number().nullable(),
    title: z.string(),
    kind: z.enum(ESCALATION_KINDS),
    policy: z.string(),
    state: z.enum(["running", "acknowledged", "exhausted", "ended"]),
    beganMs: milliseconds,
    step: z.number().nullable().describe("from 1: the one that was told last"),
    steps: z.number(),
    round: z.number().nullable().describe("from 1"),
    rounds: z.number(),
    nextMs: milliseconds.nullable().describe("when the next step is taken, unless somebody comes"),
    acknowledged: z.object({ by: z.string(), atMs: milliseconds }).nullable(),
    exhaustedMs: milliseconds.nullable().describe("since when nobody is called any more"),
    ended: z.object({ atMs: milliseconds, reason: z.string() }).nullable(),
    nobody: listOf(z.string()).describe("targets that reached nobody"),
    told: listOf(telling),
  })
  .openapi("Escalation");

export const escalations = z.object({ escalations: listOf(escalation) }).openapi("Escalations");
export const escalationChannels = z
  .object({
    channels: listOf(
      z.object({
        channel: z.enum(["alertmanager", "webhook", "email"]),
        kind: z
          .enum(["needs", "apart", "notProved"])
          .describe("`needs`: it needs the watched mail; `apart`: it passes nothing watched"),
        reason: z.string(),
      }),
    ),
  })
  .openapi("EscalationChannels");
export const handOverBody = z.object({ login: name });
