import { z } from "@hono/zod-openapi";
import { listOf } from "./common.ts";

export const statusFiles = z
  .object({
    files: listOf(
      z.object({
        path: z.string().describe("`index.html`, `api/v2/summary.json`"),
        type: z.enum(["text/html", "application/json"]),
        text: z.string(),
      }),
    ).describe("the public page, to be put anywhere"),
  })
  .openapi("StatusFiles");
