import { z } from "zod";
import { checkSchema } from "./check.ts";
import { diffSchema } from "./diff.ts";
import { lintSchema } from "./lint.ts";
import { matrixSchema } from "./matrix.ts";
import { traceSchema } from "./trace.ts";

/** Shapes of what commands print as JSON, by command. */
export const ANSWERS = {
  diff: diffSchema,
  check: checkSchema,
  lint: lintSchema,
  trace: traceSchema,
  matrix: matrixSchema,
} as const;

/** JSON Schemas of all answers, by the name of the file in docs/reference that holds it. */
export function answerSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(ANSWERS).map(([command, shape]) => {
      const schema = { title: `premortem ${command} --json`, ...z.toJSONSchema(shape) };
      return [`${command}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`];
    }),
  );
}
