import { z } from "@hono/zod-openapi";
import { ROLES } from "../../platform/auth/actor.ts";

/** Arrays as the domain has them: nobody writes to what was handed out. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item).readonly();
}

/** Text as PostgreSQL takes it. */
export const text = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .refine((value) => !/[\0\p{Surrogate}]/u.test(value), {
      message: "holds a zero byte, or half of a surrogate pair",
    });

export const milliseconds = z.number().int().describe("milliseconds since 1970, UTC");
export const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256 in hexadecimal digits");
export const roles = listOf(z.enum(ROLES));

/** The largest number that a row has in PostgreSQL's `integer`. */
const MAXIMUM_ID = 2_147_483_647;
export const id = z.coerce.number().int().min(1).max(MAXIMUM_ID);
export const idPath = z.object({ id });
/** Characters of a name in a path; a label of DNS has 63, and nobody types more than this. */
const MAXIMUM_NAME = 200;
export const name = text(MAXIMUM_NAME).min(1);
export const namePath = z.object({ name });

const MAXIMUM_PAGE = 100;
const USUAL_PAGE = 20;
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAXIMUM_PAGE).default(USUAL_PAGE),
  before: id.optional().describe("those older than the one of this number"),
});

export const errorBody = z
  .object({
    error: z.object({
      code: z.string().describe("stable, for programs"),
      message: z.string().describe("what is wrong"),
      help: z.string().describe("what to do about it; may be empty"),
      problems: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .describe("where in what was sent, one for each mistake"),
    }),
  })
  .openapi("Error");

export type ErrorBody = z.infer<typeof errorBody>;
