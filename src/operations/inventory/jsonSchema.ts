import { z } from "zod";
import { networkSchema } from "./schema.ts";

/** The schema of the network file for editors, as docs/reference/premortem.schema.json holds it. */
export function networkJsonSchema(): string {
  const schema = z.toJSONSchema(networkSchema, { io: "input" });
  return `${JSON.stringify({ title: "premortem.yaml", ...schema }, null, 2)}\n`;
}
