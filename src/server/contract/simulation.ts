import { z } from "@hono/zod-openapi";
import { listOf, milliseconds, text } from "./common.ts";

const second = z
  .object({
    atMs: milliseconds,
    deliveredIn: z.number().describe("mails that were taken from outside"),
    deliveredOut: z.number().describe("mails that other servers took"),
    refusedIn: z.number().describe("mails from outside that have to come again"),
    deferredOut: z.number().describe("tries to send a mail that have to be made again"),
    logins: z.number(),
    failedLogins: z.number(),
    waiting: z.number().describe("mails in the queues at its end"),
  })
  .openapi("SimulatedSecond");

const device = z
  .object({
    name: z.string(),
    hasRuleset: z.boolean().describe("whether its ruleset decides about the traffic"),
    takesHand: z.boolean().describe("whether rules may be put in by hand"),
  })
  .openapi("SimulatedDevice");

export const simulation = z
  .object({
    nowMs: milliseconds.describe("of the simulated network's clock"),
    devices: listOf(device),
    logins: listOf(z.string()).describe("who may go to a device by hand"),
    seconds: listOf(second).describe("the traffic of the last minutes, oldest first"),
  })
  .openapi("Simulation");

const MAXIMUM_COMMAND = 4_000;
const MAXIMUM_LOGIN = 32;
/** Characters of a name in a path. */
const MAXIMUM_NAME = 64;

export const devicePath = z.object({ device: text(MAXIMUM_NAME).min(1) });

export const handBody = z
  .strictObject({
    login: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/)
      .max(MAXIMUM_LOGIN)
      .default("netops")
      .describe("who types it, as sshd's log will say"),
    command: text(MAXIMUM_COMMAND)
      .min(1)
      .describe("what is typed behind `nft`: `insert rule inet edge forward …`"),
  })
  .openapi("ByHand");

export const handAnswer = z
  .object({
    code: z.number().describe("exit code of `nft`: 0 where it was done"),
    out: z.string(),
    error: z.string(),
  })
  .openapi("ByHandAnswer");

export const resetAnswer = z
  .object({ baseline: z.string().describe("hash of the state that was loaded again") })
  .openapi("SimulationReset");
