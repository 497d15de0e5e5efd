import { z } from "@hono/zod-openapi";
import { change } from "./change.ts";
import { hash, listOf, milliseconds, name, roles } from "./common.ts";
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
export const issueBody = z
  .strictObject({
    login: name,
    roles: roles.optional().describe("default: all that the network file gives the person"),
    purpose: z.string().max(200).default(""),
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
export const trailQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  subject: z.string().max(200).optional(),
});
const head = z.object({ number: z.number(), hash: z.string() });
export const verdict = z
  .object({
    isWhole: z.boolean(),
    flaw: z
      .object({ number: z.number(), problem: z.enum(["changed", "missing", "foreign"]) })
      .nullable(),
    head,
  })
  .openapi("TrailVerdict");
export const anchorBody = z
  .strictObject({
    anchor: z
      .strictObject({ number: z.number().int().min(0), hash })
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

export const networkSummary = z
  .object({
    devices: listOf(z.string()),
    zones: listOf(z.string()),
    roles: listOf(z.string()),
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
    incidents: listOf(incident).describe("those that are not closed"),
    changes: listOf(change).describe("those that wait for somebody"),
  })
  .openapi("Status");
