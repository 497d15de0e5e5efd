import { z } from "@hono/zod-openapi";
import { hash, listOf, milliseconds, name } from "./common.ts";

export const checkedIntent = z
  .object({
    id: z.string(),
    expect: z.enum(["reachable", "blocked"]),
    from: z.string(),
    to: z.string(),
    services: listOf(z.string()),
    owner: z.string().nullable(),
    critical: z.boolean(),
    reason: z.string().nullable(),
    status: z.string(),
    example: z.string().nullable().describe("a packet that `trace` takes"),
    except: listOf(z.string())
      .nullable()
      .describe("how far it holds as long as nothing has happened; null: not even then"),
    reasons: listOf(z.string()).describe("why it is undecided"),
  })
  .openapi("CheckedIntent");

export const meaning = z.enum(["harmless", "moves", "breaks", "unclear"]);

export const watchState = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("watching"),
      sinceMs: milliseconds,
      snapshot: hash.describe("what runs"),
      drift: z.object({
        isDrift: z.boolean(),
        meaning,
        broken: listOf(checkedIntent),
        undecided: listOf(z.string()).describe("intents of which nobody can say whether they hold"),
        isWhole: z.boolean().describe("false: part of what runs could not be read"),
        atMs: milliseconds,
        change: z.number().nullable(),
      }),
      polling: z
        .object({
          everyMs: milliseconds.describe("between two read-backs that no event asks for"),
          withoutEvents: listOf(z.string()).describe("what it holds that tells of no changes"),
          text: z.string().describe("the same in words"),
        })
        .describe("what is found by reading alone"),
    }),
    z.object({ kind: z.literal("blind"), sinceMs: milliseconds, reason: z.string() }),
    z.object({ kind: z.literal("noBaseline") }),
  ])
  .openapi("WatchState");

export const baseline = z
  .object({ device: z.string(), hash, login: z.string(), atMs: milliseconds })
  .openapi("Baseline");

const lastPull = z.object({ hash, atMs: milliseconds, notSeen: listOf(z.string()) });

const asked = z.object({
  hash: hash.describe("the snapshot that is to be adopted"),
  login: z.string(),
  atMs: milliseconds,
  lost: listOf(z.string()).describe("intents that the baseline holds, and this does not"),
});

const lastRevert = z.object({
  login: z.string(),
  startedMs: milliseconds,
  state: z.string().describe("as those of an apply; `confirmed`: the baseline runs again"),
  stateMs: milliseconds,
  isOver: z.boolean(),
  text: z.string().nullable().describe("why it is where it is; null: its state says it all"),
});

export const device = z
  .object({
    name: z.string(),
    reach: z.string().describe("`ssh://ops@fw1`"),
    sources: listOf(z.string()),
    watch: watchState,
    baseline: baseline.nullable(),
    lastPull: lastPull.nullable(),
    lastRevert: lastRevert.nullable().describe("the last time that drift was taken back there"),
    asked: asked
      .nullable()
      .describe("what somebody asks to adopt although promises are lost; a second person agrees"),
  })
  .openapi("Device");
export const devices = z.object({ devices: listOf(device) });

export const pulled = z
  .object({
    device: z.string(),
    hash,
    notSeen: listOf(z.string()).describe("what could not be read, in words"),
    warnings: listOf(
      z.object({ place: z.string(), message: z.string(), help: z.string() }),
    ).describe("lines of the network file that do not fit what was read"),
    parts: listOf(z.object({ name: z.string(), bytes: z.number().nullable() })),
    meaning: z
      .object({ isDrift: z.boolean(), added: listOf(z.string()), removed: listOf(z.string()) })
      .nullable()
      .describe("against the baseline; null: there is none"),
    intents: listOf(checkedIntent),
  })
  .openapi("Pulled");

export const standing = z
  .object({
    device: z.string(),
    hash: hash.nullable().describe("the snapshot that was judged; null: nothing could be"),
    sinceMs: milliseconds.nullable().describe("since when exactly this runs, as far as was seen"),
    intents: listOf(checkedIntent),
    assumptions: listOf(z.string()),
    notSeen: listOf(z.string()).describe("what nobody sees of it: no answer reaches there"),
  })
  .openapi("Standing");

export const snapshot = z
  .object({
    device: z.string(),
    hash,
    parts: listOf(z.object({ name: z.string(), text: z.string().nullable() })),
  })
  .openapi("Snapshot");
export const snapshotPath = z.object({ name, hash });

export const adoptBody = z
  .strictObject({ hash: hash.describe("the snapshot that was looked at") })
  .openapi("Adopt");

export const revertedDrift = z
  .object({
    device: z.string(),
    baseline: hash.describe("what runs again"),
    removed: listOf(z.string()).describe("rules that went"),
    restored: listOf(z.string()).describe("rules that came back"),
    repairs: listOf(z.string()).describe("intents that hold again"),
    stillBroken: listOf(z.string()).describe("intents that something else breaks as well"),
    leftAlone: listOf(z.string()).describe("tables of others that still differ from the baseline"),
  })
  .openapi("RevertedDrift");

const who = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("change"),
      change: z.number(),
      isAlone: z
        .boolean()
        .default(false)
        .describe("approved by who wrote it, alone: not four eyes"),
    }),
    z.object({ kind: z.literal("undo"), incident: z.number(), login: z.string() }),
    z.object({ kind: z.literal("revert"), login: z.string() }),
    z.object({
      kind: z.literal("likely"),
      logins: listOf(
        z.object({ login: z.string(), from: z.string(), person: z.string().nullable() }),
      ),
      process: z.string().nullable(),
    }),
    z.object({ kind: z.literal("unknown"), reason: z.string(), process: z.string().nullable() }),
  ])
  .openapi("Who");

export const difference = z
  .object({
    id: z.number(),
    device: z.string(),
    atMs: milliseconds,
    sinceMs: milliseconds
      .nullable()
      .describe("it came between then and `atMs`; null: it was seen to come at `atMs`"),
    isPolled: z.boolean().describe("no event told of it: it was found by reading the device"),
    parts: listOf(z.string()).describe("what differs: `nft`, `ipset`, `routes`, a source file"),
    before: hash,
    after: hash,
    meaning,
    broken: listOf(z.string()),
    repaired: listOf(z.string()),
    doubtful: listOf(z.string()),
    added: listOf(z.string()),
    removed: listOf(z.string()),
    by: who,
  })
  .openapi("Difference");
export const differences = z.object({ differences: listOf(difference) });
export const sinceQuery = z.object({ since: z.coerce.number().int().min(0).default(0) });
