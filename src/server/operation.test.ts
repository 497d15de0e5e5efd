import { OpenAPIHono, z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { operation } from "./operation.ts";

test("a result that does not fit its contract is a defect, and nothing of it is sent", async () => {
  const faults: unknown[] = [];
  const app = new OpenAPIHono();
  app.onError((fault, context) => {
    faults.push(fault);
    return context.text("defect", 500);
  });
  const result = z.object({ count: z.number().int() });
  const run = async () => ({ count: 0.5, secret: "s3cret" });
  const mount = operation({ method: "get", path: "/x", summary: "", role: null, result, run });
  mount(app, async () => ({ login: "", roles: [], session: null, expiresMs: 0 }));
  const answer = await app.request("/x");
  expect([answer.status, await answer.text()]).toEqual([500, "defect"]);
  expect(faults).toHaveLength(1);
});
