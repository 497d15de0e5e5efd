import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { MAXIMUM_COMPLAINT_BYTES } from "../operations/monitor/complaints/message.ts";
import { SESSION_COOKIE } from "./credentials.ts";
import { refuseCrossSite } from "./crossSite.ts";
import { type ApiError, apiError, CallError } from "./errors.ts";
import { callerOf, openGate } from "./gate.ts";
import { streamNews } from "./newsStream.ts";
import { MAXIMUM_BODY_BYTES } from "./operation.ts";
import { NO_PAGE_POLICY, openPages } from "./pages.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { actionRoutes } from "./routes/actions.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { applyRoutes } from "./routes/applies.ts";
import { changeRoutes } from "./routes/changes.ts";
import { complaintRoutes } from "./routes/complaints.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { drillRoutes } from "./routes/drills.ts";
import { escalationRoutes } from "./routes/escalations.ts";
import { healthRoutes } from "./routes/health.ts";
import { helpDeskRoutes } from "./routes/helpDesk.ts";
import { historyRoutes } from "./routes/history.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { playbookRoutes, printRoutes } from "./routes/playbooks.ts";
import { reviewRoutes } from "./routes/reviews.ts";
import { serviceRoutes } from "./routes/service.ts";
import { sessionRoutes } from "./routes/session.ts";
import { simulationRoutes } from "./routes/simulation.ts";
import { publicStatusRoutes, statusPageRoutes } from "./routes/statusPage.ts";
import { traceRoutes } from "./routes/traces.ts";
import { trainingRecordRoute, trainingRoutes } from "./routes/training.ts";
import type { Simulation } from "./simulation/open.ts";
import type { Service } from "./wire.ts";

export interface AppSettings {
  readonly service: Service;
  /** The network that it runs on, where that is a simulated one; default: none. */
  readonly simulation?: Simulation | null;
  /** Told of defects: what the caller is told says nothing of the inside. */
  readonly onFault: (fault: unknown) => void;
  /** Milliseconds between signs of life in streams of news; default: what proxies need. */
  readonly keepAliveMs?: number;
  /** Folder of the pages; default: there are none. */
  readonly web?: string;
}

/** The API over a service, and its pages. */
export function makeApp({
  service,
  simulation = null,
  onFault,
  keepAliveMs,
  web,
}: AppSettings): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(secureHeaders({ xFrameOptions: "DENY", referrerPolicy: "no-referrer" }));
  app.use(ownHeaders);
  app.use(readToEnd);
  app.use(async (context, next) => (await limitFor(service, context))(context, next));
  app.use(refuseCrossSite);
  const gate = openGate(service);
  const mounts = [
    ...deviceRoutes(service),
    ...changeRoutes(service),
    ...reviewRoutes(service),
    ...applyRoutes(service),
    ...incidentRoutes(service),
    ...playbookRoutes(service),
    ...drillRoutes(service),
    ...trainingRoutes(service),
    ...traceRoutes(service),
    ...actionRoutes(service),
    ...statusPageRoutes(service),
    ...helpDeskRoutes(service),
    ...alertRoutes(service),
    ...escalationRoutes(service),
    ...historyRoutes(service),
    ...serviceRoutes(service),
    ...sessionRoutes(service),
    ...accountRoutes(service),
    ...(simulation === null ? [] : simulationRoutes(simulation, service)),
  ];
  for (const mount of mounts) mount(app, gate);
  healthRoutes(app, service);
  complaintRoutes(app, service);
  printRoutes(app, service, gate);
  trainingRecordRoute(app, service, gate);
  publicStatusRoutes(app, service);
  streamNews(app, service.feed, gate, keepAliveMs);
  app.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: SESSION_COOKIE,
  });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "premortem", version: service.version },
    security: [{ token: [] }],
  });
  const pages = openPages(web ?? null);
  app.notFound(async (context) => {
    const { method, path } = context.req;
    const answer = apiError(404, "notFound", `there is no ${method} ${path}`, SEE_API);
    return (await pages(context)) ?? send(context, answer);
  });
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
const DEFECT = apiError(
  500,
  "defect",
  "premortem has a defect: it is in the server's log",
  "please report it with what you sent",
);

function send(context: Context, { status, body, retryAfterS }: ApiError): Response {
  /* RFC 9110, 15.5.2: whoever is not let in is told how. */
  if (status === 401) context.header("WWW-Authenticate", "Bearer");
  if (retryAfterS !== undefined) context.header("Retry-After", String(retryAfterS));
  return context.json(body, status);
}

/** What is no page loads nothing, and what the API says stays with nobody in between. */
async function ownHeaders(context: Context, next: Next): Promise<void> {
  await next();
  const { headers } = context.res;
  if (!headers.has(POLICY)) context.header(POLICY, NO_PAGE_POLICY);
  if (!headers.has(CACHE)) context.header(CACHE, "no-store");
}

const POLICY = "Content-Security-Policy";
const CACHE = "Cache-Control";

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
  return (await callerOf(service, context, false)) === null ? strangersLimit : usualLimit;
}
