import { z } from "zod";
import type { LintAnswer } from "../../engine/answer/lint.ts";
import { coverage, formatVersion, place } from "./parts.ts";

const column = z.int().min(1).nullable();

const number = z.int().min(1);

const edit = z.strictObject({
  file: z.string(),
  line: number,
  column: number,
  endLine: number,
  endColumn: number,
  text: z.string(),
});

const finding = z.strictObject({
  code: z
    .string()
    .regex(/^PM\d+$/)
    .describe("stable; `premortem explain CODE` tells what it means"),
  severity: z.enum(["error", "warning", "note"]),
  message: z.string(),
  ...place,
  column,
  endColumn: column.describe("behind the last character, where it lies in the same line"),
  help: z.string().describe("what to do about it; empty where nothing is known"),
  related: z
    .array(z.strictObject({ file: z.string(), line: z.int().min(1), message: z.string() }))
    .describe("other places that matter"),
  fix: z
    .strictObject({ title: z.string(), edits: z.array(edit) })
    .nullable()
    .describe("edits that take the finding away; the end is exclusive"),
});

/** What `premortem lint --json` prints. */
export const lintSchema = z.strictObject({
  formatVersion,
  findings: z.array(finding),
  coverage,
}) satisfies z.ZodType<LintAnswer>;
