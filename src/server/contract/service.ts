import { z } from "@hono/zod-openapi";
import { SEVERITIES } from "../../operations/alert/model.ts";
import { change } from "./change.ts";
import { hash, listOf, milliseconds, name, pageQuery, roles, text } from "./common.ts";
import { device } from "./device.ts";
import { incident } from "./incident.ts";

const token = z
  .object({
    id: z.number(),
    login: z.string(),
    roles,
    purpose: z.string(),
    createdMs: milliseconds,
    expiresMs: milliseconds,
    revokedMs: milliseconds.nullable(),
  })
  .openapi("Token");
export const tokens = z.object({ tokens: listOf(token) });
export const issuedToken = token.extend({ secret: z.string().describe("shown this once") });
export const oneToken = token;
const USUAL_DAYS = 90;
const MAXIMUM_PURPOSE = 200;
export const issueBody = z
  .strictObject({
    login: name,
    roles: roles.optional().describe("default: all that the network file gives the person"),
    purpose: text(MAXIMUM_PURPOSE).default(""),
    days: z.number().int().default(USUAL_DAYS),
  })
  .openapi("IssueToken");
export const self = z.object({ login: z.string(), roles }).openapi("Self");

const entry = z
  .object({
    number: z.number(),
    atMs: milliseconds,
    actor: z.string(),
    kind: z.string(),
    subject: z.string(),
    details: z.record(z.string(), z.unknown()),
    previousHash: z.string(),
    hash: z.string(),
  })
  .openapi("TrailEntry");
export const trailPage = z.object({ entries: listOf(entry) });
/** A name of a device or of a part, and what it is in front of it. */
const MAXIMUM_SUBJECT = 300;
export const trailQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe("those older than the one of this number"),
  subject: text(MAXIMUM_SUBJECT).optional(),
});
const head = z.object({ number: z.number(), hash: z.string() });
export const verdict = z
  .object({
    isWhole: z.boolean(),
    flaw: z
      .object({
        number: z.number(),
        problem: z.enum(["changed", "missing", "foreign", "anchorMissing"]),
      })
      .nullable(),
    head,
    anchored: z
      .number()
      .nullable()
      .describe("the entry that the anchor was the head of; null: none, or there was no anchor"),
  })
  .openapi("TrailVerdict");
export const anchorBody = z
  .strictObject({
    anchor: z
      .strictObject({
        hash,
        number: z
          .number()
          .int()
          .min(0)
          .nullable()
          .default(null)
          .describe("null: whichever entry has the hash"),
      })
      .nullable()
      .default(null),
  })
  .openapi("Anchor");

const outcome = z.enum(["ok", "degraded", "failed", "blind"]);
const flow = z.object({ from: z.string(), to: z.string(), service: z.string() });
export const probe = z
  .object({
    name: z.string(),
    kind: z.string(),
    from: z.string(),
    outcome: outcome.nullable().describe("null: not asked yet"),
    sinceMs: milliseconds.nullable(),
    isStale: z.boolean(),
    atMs: milliseconds.nullable(),
    durationMs: z.number().nullable(),
    measured: z.string().nullable(),
    reason: z.string().nullable(),
    vantage: z.string().nullable().describe("as whom and from where it was asked"),
    flows: listOf(flow),
  })
  .openapi("Probe");
export const probes = z.object({ probes: listOf(probe) });

const monitor = z
  .object({
    monitor: z.string(),
    kind: z.string(),
    device: z.string().nullable(),
    state: z.enum(["starting", "seeing", "blind"]),
    sinceMs: milliseconds,
    reason: z.string(),
    lastMs: milliseconds.nullable(),
    counts: z.record(z.string(), z.number()),
    notes: listOf(z.string()).describe("what it does not see, or does not know yet"),
  })
  .openapi("Monitor");

const channel = z
  .object({
    name: z.string(),
    state: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("unused") }),
      z.object({ kind: z.literal("ok"), sinceMs: milliseconds }),
      z.object({
        kind: z.literal("failing"),
        sinceMs: milliseconds,
        reason: z.string(),
        attempts: z.number(),
      }),
    ]),
    waiting: z.number(),
  })
  .openapi("Channel");

export const alert = z
  .object({
    id: z.number(),
    key: z.string(),
    group: z.string(),
    severity: z.enum(SEVERITIES),
    title: z.string(),
    text: z.string(),
    labels: z.record(z.string(), z.string()),
    status: z.enum(["firing", "acknowledged", "resolved"]),
    raisedMs: milliseconds,
    acknowledged: z.object({ by: z.string(), atMs: milliseconds }).nullable(),
    resolvedMs: milliseconds.nullable(),
  })
  .openapi("Alert");
export const alerts = z.object({ alerts: listOf(alert) });
export const alertQuery = pageQuery.extend({
  status: z.literal("open").optional().describe("those alone that are not over"),
});

export const networkSummary = z
  .object({
    devices: listOf(z.string()),
    zones: listOf(z.string()),
    roles: listOf(z.string()),
    map: listOf(
      z.object({
        zone: z.string(),
        device: z.string(),
        interfaces: listOf(z.string()),
        holds: listOf(z.string()).describe("roles and devices of which some host lies there"),
      }),
    ).describe("who lies behind which device"),
    intents: listOf(
      z.object({ id: z.string(), critical: z.boolean(), reason: z.string().nullable() }),
    ),
    monitors: listOf(z.string()),
    people: listOf(z.object({ login: z.string(), name: z.string() })),
  })
  .openapi("Network");

export const status = z
  .object({
    version: z.string(),
    atMs: milliseconds,
    devices: listOf(device),
    probes: listOf(probe),
    symptoms: listOf(
      z.object({ id: z.string(), monitor: z.string(), text: z.string(), sinceMs: milliseconds }),
    ),
    monitors: listOf(monitor),
    alerts: listOf(alert).describe("those that are not over"),
    channels: listOf(channel).describe("whom alerts go to, and how that goes"),
    incidents: listOf(incident).describe("those that are not closed"),
    changes: listOf(change).describe("those that wait for somebody"),
    notAllOf: listOf(z.enum(["alerts", "incidents", "changes"])).describe(
      "of these there are more than are listed here",
    ),
  })
  .openapi("Status");
