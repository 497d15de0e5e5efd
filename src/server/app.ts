import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import type { Actor } from "../platform/auth/actor.ts";
import { type ApiError, apiError, CallError } from "./errors.ts";
import { streamNews } from "./newsStream.ts";
import { type Gate, MAXIMUM_BODY_BYTES } from "./operation.ts";
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
}

/** Who calls where nobody has to say who they are. */
const NOBODY: Actor = { login: "", roles: [] };

/** The API over a service. */
export function makeApp({ service, onFault }: AppSettings): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(secureHeaders());
  app.use(
    bodyLimit({ maxSize: MAXIMUM_BODY_BYTES, onError: (context) => send(context, TOO_MUCH) }),
  );
  const gate: Gate = async (context, role) => {
    if (role === null) return NOBODY;
    const actor = await actorOf(service, context);
    if (actor === null) throw new CallError(NO_TOKEN);
    if (role === "any" || actor.roles.includes(role)) return actor;
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
  streamNews(app, service.feed, gate);
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
const TOO_MUCH = apiError(
  413,
  "tooMuch",
  `a body has ${MAXIMUM_BODY_BYTES / 1024 / 1024} MiB at most`,
  "send less at a time",
);
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

function wrongRole({ login, roles }: Actor, role: string): ApiError {
  const has = roles.length === 0 ? "nothing" : roles.join(", ");
  return apiError(
    403,
    "wrongRole",
    `\`${login}\` is no ${role} with this token, but ${has}`,
    `take a token with the role ${role}, or ask somebody who has it`,
  );
}

function send(context: Context, { status, body }: ApiError): Response {
  return context.json(body, status);
}

/** Null: nobody that is known. */
async function actorOf({ tokens }: Service, { req }: Context): Promise<Actor | null> {
  const [, secret] = /^Bearer +(\S+)$/i.exec(req.header("authorization") ?? "") ?? [];
  return secret === undefined ? null : tokens.authenticate(secret);
}
