import { z } from "zod";

/* The shape of `training` in `premortem.yaml`; what it means is looked up in trainingFile.ts. */

const MAXIMUM_LINE = 300;
const MAXIMUM_MINUTES = 480;
/** Minutes of a lesson of which nothing is said: longer ones are put off. */
const USUAL_MINUTES = 45;
const line = z.string().min(1).max(MAXIMUM_LINE);

export const trainingSchema = z
  .strictObject({
    title: line,
    drill: z.string().optional().describe("id of a drill: who plays it to its end has done it"),
    paper: line
      .optional()
      .describe("what is talked through together: where the kit is, or the question itself"),
    minutes: z.number().int().min(1).max(MAXIMUM_MINUTES).default(USUAL_MINUTES),
    for: z.union([z.string(), z.array(z.string()).min(1)]).describe("teams and roles"),
    every: z.string().default("1y").describe("`90d`, `26w` or `1y`: then it is due again"),
  })
  .describe("something that people practise: a drill, or a paper kit");
