import { createHash } from "node:crypto";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { STATUS_STYLE } from "../../operations/statusPage/html.ts";
import { refuseUnknown } from "../../platform/refusal.ts";
import * as contract from "../contract/statusPage.ts";
import { CallError, errorOf } from "../errors.ts";
import { describeText, type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

type Parts = Pick<Service, "statusPages">;

const NO_PAGE = refuseUnknown(
  "the network file has no status page",
  "describe it there under `status-page`",
);
const NOT_SERVED = refuseUnknown(
  "there is no public status page here",
  "ask whoever runs this network how it is",
);

export function statusPageRoutes({ statusPages }: Parts): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/status-page",
      summary: "The public status page as files, to be put anywhere",
      role: "any",
      result: contract.statusFiles,
      run: async () => {
        const files = await statusPages.files();
        return files === null ? NO_PAGE : { files };
      },
    }),
  ];
}

const STYLE_HASH = createHash("sha256").update(STATUS_STYLE).digest("base64");
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const PATHS = [
  ["", "text/html", "The public status page, for people"],
  ["api/v2/summary.json", "application/json", "The public status page as Statuspage's summary"],
  ["api/v2/status.json", "application/json", "The whole in one word"],
  ["api/v2/components.json", "application/json", "What people use, and how it is"],
  ["api/v2/incidents.json", "application/json", "What is disturbed, and was"],
  ["api/v2/incidents/unresolved.json", "application/json", "What is disturbed"],
  ["api/v2/scheduled-maintenances.json", "application/json", "What is planned: nothing"],
] as const;

/** `/status/`, to whoever comes where the network file says so: it says nothing of the inside. */
export function publicStatusRoutes(app: OpenAPIHono, { statusPages }: Parts): void {
  for (const [path, type, summary] of PATHS) {
    const whole = `/status/${path}`;
    describeText(app, whole, { summary, role: null, type });
    app.get(whole, async (context) => {
      const files = statusPages.isServed() ? await statusPages.files() : null;
      const file = files?.find((one) => one.path === (path === "" ? "index.html" : path));
      if (file === undefined) throw new CallError(errorOf(NOT_SERVED));
      return context.body(file.text, 200, {
        "content-type": `${type}; charset=utf-8`,
        "content-security-policy": POLICY,
        "cache-control": "public, max-age=30",
        /* Pages elsewhere may read it: it is public. */
        ...(type === "application/json" ? { "access-control-allow-origin": "*" } : {}),
      });
    });
  }
}
