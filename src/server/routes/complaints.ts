import type { OpenAPIHono } from "@hono/zod-openapi";
import { errorBody, namePath } from "../contract/common.ts";
import { complaintAccepted, complaintBody, complaintHeaders } from "../contract/complaint.ts";
import { apiError, CallError } from "../errors.ts";
import type { Service } from "../wire.ts";

/**
 * `POST /v1/complaints/{name}`: a help desk has no token, but signs each message with the secret of its
 * monitor. What is signed are the bytes of the body, so that it is read here as it came.
 */
export function complaintRoutes(app: OpenAPIHono, { monitors }: Pick<Service, "monitors">): void {
  app.openAPIRegistry.registerPath({
    method: "post",
    path: "/v1/complaints/{name}",
    summary: "Takes a complaint of a help desk, signed with the secret of its monitor",
    security: [],
    "x-role": null,
    request: {
      params: namePath,
      headers: complaintHeaders,
      body: { required: true, content: { "application/json": { schema: complaintBody } } },
    },
    responses: {
      200: {
        description: "counted",
        content: { "application/json": { schema: complaintAccepted } },
      },
      ...Object.fromEntries(
        [...Object.values(STATUSES), 413].map((status) => [
          status,
          { description: "not counted", content: { "application/json": { schema: errorBody } } },
        ]),
      ),
    },
  });
  app.post("/v1/complaints/:name", async (context) => {
    const headers = {
      signature: context.req.header("premortem-signature") ?? "",
      timestamp: context.req.header("premortem-timestamp") ?? "",
    };
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    const answer = await monitors.complain(context.req.param("name"), bytes, headers);
    if (answer.kind === "accepted") return context.json({ isNew: answer.isNew });
    const { kind, reason, help } = answer;
    throw new CallError(apiError(STATUSES[kind], kind, reason, help));
  });
}

const STATUSES = { unauthorised: 401, badBody: 400, unknownMonitor: 404, notReady: 503 } as const;
