import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { MAXIMUM_COMPLAINT_BYTES } from "../operations/monitor/complaints/message.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { type ApiError, apiError, CallError } from "./errors.ts";
import { streamNews } from "./newsStream.ts";
import { type Gate, MAXIMUM_BODY_BYTES, type Needed } from "./operation.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { applyRoutes } from "./routes/applies.ts";
import { changeRoutes } from "./routes/changes.ts";
import { complaintRoutes } from "./routes/complaints.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { healthRoutes } from "./routes/health.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { serviceRoutes } from "./routes/service.ts";
import type { Service } from "./wire.ts";

export interface AppSettings {
  readonly service: Service;
  /** Told of defects: what the caller is told says nothing of the inside. */
  readonly onFault: (fault: unknown) => void;
  /** Milliseconds between signs of life in streams of news; default: what proxies need. */
  readonly keepAliveMs?: number;
}

/** Who calls where nobody has to say who they are. */
const NOBODY: Actor = { login: "", roles: [] };

/** The API over a service. */
export function makeApp({ service, onFault, keepAliveMs }: AppSettings): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(secureHeaders());
  app.use(readToEnd);
  app.use(async (context, next) => (await limitFor(service, context))(context, next));
  const gate: Gate = async (context, role) => {
    if (role === null) return NOBODY;
    const actor = await actorOf(service, context);
    if (actor === null) throw new CallError(NO_TOKEN);
    if (isGoodFor(actor, role)) return actor;
    throw new CallError(wrongRole(actor, role));
  };
  const mounts = [
    ...deviceRoutes(service),
    ...changeRoutes(service),
    ...applyRoutes(service),
    ...incidentRoutes(service),
    ...alertRoutes(service),
    ...serviceRoutes(service),
  ];
  for (const mount of mounts) mount(app, gate);
  healthRoutes(app, service);
  complaintRoutes(app, service);
  streamNews(app, service.feed, gate, keepAliveMs);
  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
  });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "premortem", version: service.version },
    security: [{ token: [] }],
  });
  app.notFound((context) =>
    send(
      context,
      apiError(404, "notFound", `there is no ${context.req.method} ${context.req.path}`, SEE_API),
    ),
  );
  app.onError((error, context) => {
    if (error instanceof CallError) return send(context, error.answer);
    onFault(error);
    return send(context, DEFECT);
  });
  return app;
}

const SEE_API = "all there is stands in /openapi.json";
const COMPLAINTS = "/v1/complaints/";
const KIB = 1024;

function limitOf(maxSize: number) {
  const answer = apiError(
    413,
    "tooMuch",
    `a body has ${maxSize / KIB} KiB at most here`,
    "send less at a time",
  );
  return bodyLimit({ maxSize, onError: (context) => send(context, answer) });
}

/** Bytes of a body of whoever is not known: nobody of them may fill the memory. */
const MAXIMUM_STRANGERS_BYTES = 64 * KIB;

const usualLimit = limitOf(MAXIMUM_BODY_BYTES);
const strangersLimit = limitOf(MAXIMUM_STRANGERS_BYTES);
const complaintLimit = limitOf(MAXIMUM_COMPLAINT_BYTES);
const NO_TOKEN = apiError(
  401,
  "noToken",
  "no token that is known came with it",
  "send `Authorization: Bearer …`; an admin makes tokens: `premortem token create LOGIN`",
);
const DEFECT = apiError(
  500,
  "defect",
  "premortem has a defect: it is in the server's log",
  "please report it with what you sent",
);

function isGoodFor({ roles }: Actor, needed: Exclude<Needed, null>): boolean {
  if (needed === "token") return roles.length > 0;
  if (needed === "any") return roles.some((role) => role !== "admin");
  return roles.includes(needed);
}

function wrongRole({ login, roles }: Actor, needed: Exclude<Needed, null>): ApiError {
  if (roles.length === 0)
    return apiError(
      403,
      "wrongRole",
      `the network file gives \`${login}\` no role of this token any more`,
      "ask for the role under `people:`, or for another token",
    );
  const role = needed === "any" || needed === "token" ? "viewer" : needed;
  return apiError(
    403,
    "wrongRole",
    `\`${login}\` is no ${role} with this token, but ${roles.join(", ")}`,
    `take a token with the role ${role}, or ask somebody who has it`,
  );
}

function send(context: Context, { status, body }: ApiError): Response {
  /* RFC 9110, 15.5.2: whoever is not let in is told how. */
  if (status === 401) context.header("WWW-Authenticate", "Bearer");
  return context.json(body, status);
}

/**
 * What nobody has read of a body is read before the answer goes out: otherwise the connection that was said
 * to stay would be closed under the next call.
 */
async function readToEnd({ req, header }: Context, next: Next): Promise<void> {
  await next();
  const { body, bodyUsed } = req.raw;
  if (body === null || bodyUsed) return;
  try {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > MAXIMUM_SKIPPED_BYTES) break;
    }
    if (bytes <= MAXIMUM_SKIPPED_BYTES) return;
  } catch {
    /* The sender is gone, or has been told that it is too much. */
  }
  header("Connection", "close");
}

/** Bytes that are read only to be thrown away. */
const MAXIMUM_SKIPPED_BYTES = 2 * MAXIMUM_BODY_BYTES;

/** A body that does not say how long it is is read to its end before anybody asks who sends it. */
async function limitFor(service: Service, context: Context) {
  const { req } = context;
  /* Complaints are signed: nobody is known before theirs is read. */
  if (req.path.startsWith(COMPLAINTS)) return complaintLimit;
  const isShort = Number(req.header("content-length") ?? Infinity) <= MAXIMUM_STRANGERS_BYTES;
  if (req.raw.body === null || isShort) return usualLimit;
  return (await actorOf(service, context)) === null ? strangersLimit : usualLimit;
}

/** Null: nobody that is known. */
async function actorOf({ access }: Service, { req }: Context): Promise<Actor | null> {
  const [, secret] = /^Bearer +(\S+)$/i.exec(req.header("authorization") ?? "") ?? [];
  return secret === undefined ? null : access.authenticate(secret);
}
