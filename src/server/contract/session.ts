import { z } from "@hono/zod-openapi";
import { listOf, milliseconds, name, roles, text } from "./common.ts";

/** Characters of a password that are read at all: what is longer is refused before anybody hashes it. */
const MAXIMUM_READ = 1_024;
const password = text(MAXIMUM_READ).min(1);

export const loginBody = z.strictObject({ login: name, password }).openapi("Login");
export const demoBody = z.strictObject({ login: name }).openapi("DemoLogin");

const demo = z
  .object({
    people: listOf(
      z.object({ login: z.string(), name: z.string(), roles, team: z.string().nullable() }),
    ),
  })
  .nullable()
  .describe("whom one may become, where nothing is real; null: this is no demo");
export const demoPeople = z.object({ demo });

export const session = z
  .object({
    login: z.string(),
    name: z.string(),
    roles,
    teams: listOf(z.string()),
    expiresMs: milliseconds.describe("when it is over unless it is used"),
    demo,
  })
  .openapi("Session");

export const ownSessions = z.object({
  sessions: listOf(
    z.object({
      id: z.number(),
      isThis: z.boolean(),
      way: z.enum(["password", "demo", "breakGlass"]),
      createdMs: milliseconds,
      usedMs: milliseconds.describe("to the minute"),
      expiresMs: milliseconds,
      address: z.string(),
      agent: z.string().describe("as the browser calls itself"),
    }),
  ),
});
export const done = z.object({ done: z.literal(true) });

const secret = text(MAXIMUM_READ).min(1).describe("what stands behind `#` in the link");
export const linkBody = z.strictObject({ secret }).openapi("SetUpLink");
export const linkOwner = z.object({ login: z.string(), name: z.string() });
export const setUpBody = z.strictObject({ secret, password }).openapi("SetUp");
export const passwordBody = z
  .strictObject({ current: password, next: password })
  .openapi("ChangePassword");

export const invitation = z
  .object({
    login: z.string(),
    path: z.string().describe("the link, behind the address of this server; shown this once"),
    expiresMs: milliseconds,
  })
  .openapi("Invitation");
export const accounts = z.object({
  accounts: listOf(
    z.object({
      login: z.string(),
      name: z.string(),
      passwordMs: milliseconds.nullable().describe("when it was chosen; null: there is none"),
      linkMs: milliseconds.nullable().describe("until when a link is good; null: there is none"),
    }),
  ),
});
export const reset = z.object({ sessions: z.number().describe("those that are over now") });
export const breakGlassMade = z
  .object({ login: z.string(), secret: z.string().describe("shown this once") })
  .openapi("BreakGlass");
