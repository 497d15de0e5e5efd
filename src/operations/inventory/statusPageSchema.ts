import { z } from "zod";

/* The shape of `status-page` in `premortem.yaml`: what the public is told, in words of its own. */

const MAXIMUM_LINE = 120;
const line = z.string().min(1).max(MAXIMUM_LINE);
const names = z.union([z.string(), z.array(z.string())]);

export const statusPageSchema = z
  .strictObject({
    title: line.describe("whose mail it is"),
    serve: z
      .boolean()
      .default(false)
      .describe("show it at `/status/` to whoever comes, without a login"),
    components: z
      .record(
        line.describe("what people know it by: `Outgoing mail`"),
        z.strictObject({
          about: z.string().max(MAXIMUM_LINE).default(""),
          intents: names.optional().describe("promises without which it does not work"),
          probes: names.optional().describe("probes that try it"),
        }),
      )
      .describe("what people use, in the order in which it is shown"),
  })
  .describe("a public page that says what works, and nothing of the inside");
