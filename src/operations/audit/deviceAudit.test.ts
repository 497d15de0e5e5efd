import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { openChannel } from "../../platform/channel.ts";
import type { LineStream, Ran, Transport } from "../../platform/transport/transport.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { pull } from "../inventory/pull.ts";
import { Attribution } from "./attribution.ts";
import { DeviceAudit } from "./deviceAudit.ts";
import type { AuditEvent, SeenDifference, WatchState } from "./model.ts";
import type { AuditStore } from "./store.ts";

const { network: NETWORK } = parseNetwork(
  "premortem.yaml",
  readFileSync("examples/mail/premortem.yaml", "utf8"),
);

const MONITOR_ID = "4711";
const RULES = "table inet edge {\n}\n";

/** A device in this process: what it runs, whether it can be read, and the monitor that listens to it. */
class TestDevice implements Transport {
  readonly name = "test";
  rules = RULES;
  /** Read-backs that fail from now on. */
  failing = 0;
  private lines = new PassThrough();

  /** Puts a rule in and tells the monitor of it. */
  change(rules: string): void {
    this.rules = rules;
    this.lines.write("add rule inet edge forward drop\n# new generation 2 by process 99 (nft)\n");
  }

  /** An element that came, which the monitor tells and nobody reads back. */
  ban(rules: string): void {
    this.rules = rules;
    this.lines.write(
      "add element inet edge bans { 10.10.2.11 }\n# new generation 2 by process 98 (nft)\n",
    );
  }

  async run(command: readonly string[]): Promise<Ran> {
    if (command[0] === "cat") return ran(`ffff 12     ${MONITOR_ID} 00000140 0 0 0 2 0 1\n`);
    const script = command[2] ?? "";
    const mark = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(script)?.[0] ?? "";
    if (mark === "" || this.failing-- > 0) return ran("");
    const calls = script.split("\n").filter((line) => line.startsWith("read_one "));
    return ran(
      calls
        .map(
          (call) =>
            `${call.includes("nft' '-s") || call.includes("nft -s") ? this.rules : "[]"}\n${mark} 0 \n`,
        )
        .join(""),
    );
  }

  stream(): LineStream {
    const lines = new PassThrough({ encoding: "utf8" });
    this.lines = lines;
    lines.write(`${MONITOR_ID}\n`);
    const ended = new Promise<{ kind: "ended"; code: number }>((resolve) =>
      lines.once("close", () => resolve({ kind: "ended", code: 0 })),
    );
    return { lines: linesOf(lines), ended, stop: () => lines.destroy() };
  }

  connect(): never {
    throw new Error("nobody connects");
  }
  async knock(): Promise<null> {
    return null;
  }
  async close(): Promise<void> {}
}

function ran(out: string): Ran {
  return { kind: "ran", code: 0, out, error: "" };
}

async function* linesOf(stream: PassThrough): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of stream) {
      const parts = `${rest}${chunk}`.split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
  } catch {
    /* Destroyed: it is over. */
  }
}

/** A watch of the device, with a store whose next `failing` writes are refused. */
async function openWatch(rules = RULES) {
  const device = new TestDevice();
  device.rules = rules;
  const edge = NETWORK?.devices.get("edge");
  if (NETWORK === null || edge === undefined) throw new Error("no network");
  const pulled = await pull(device, edge);
  if (pulled.kind !== "pulled") throw new Error(pulled.message);
  const faults: unknown[] = [];
  const events = openChannel<AuditEvent>((fault) => faults.push(fault));
  const differences: Omit<SeenDifference, "id">[] = [];
  const refusing = { writes: 0 };
  const write = async () => {
    if (refusing.writes-- > 0) throw new Error("the database is away");
  };
  const store: AuditStore = {
    add: async (difference) => {
      await write();
      differences.push(difference);
      return { id: differences.length, ...difference };
    },
    since: async () => [],
    find: async () => null,
    lastSeen: async () => null,
    noteSeen: write,
  };
  const options = {
    clock: Date.now,
    network: () => NETWORK,
    transportOf: () => device,
    baselineOf: async () => pulled.snapshot,
    snapshotOf: async () => null,
    keep: async () => undefined,
    onFault: (fault: unknown) => faults.push(fault),
  };
  const watched = { name: "edge", attribution: new Attribution(), base: null };
  const audit = new DeviceAudit(watched, options, store, events);
  const until = (isThere: (state: WatchState) => boolean) =>
    new Promise<void>((resolve) => {
      const end = events.subscribe((event) => {
        if (event.kind !== "state" || !isThere(event.state)) return;
        end();
        resolve();
      });
    });
  return { device, audit, refusing, faults, until, differences };
}

const isWatching = ({ kind }: WatchState) => kind === "watching";
const isBlind = ({ kind }: WatchState) => kind === "blind";
const isDrifting = (state: WatchState) => state.kind === "watching" && state.drift.isDrift;

test("a store that is away for a moment makes a device blind, and it is watched again", async () => {
  const { device, audit, refusing, faults, until } = await openWatch();
  const watching = until(isWatching);
  audit.start();
  await watching;
  const blind = until(isBlind);
  refusing.writes = 1;
  device.change("table inet edge {\n\tchain a {\n\t}\n}\n");
  await blind;
  expect(audit.state).toMatchObject({ reason: expect.stringContaining("the database is away") });
  expect(faults).toHaveLength(1);
  await until(isDrifting);
  await audit.stop();
});

test("a read-back that fails once is repeated, without another change", async () => {
  const { device, audit, until } = await openWatch();
  const watching = until(isWatching);
  audit.start();
  await watching;
  const blind = until(isBlind);
  device.failing = 1;
  device.change("table inet edge {\n\tchain a {\n\t}\n}\n");
  await blind;
  await until(isDrifting);
  await audit.stop();
});

test("a watch whose end cannot be kept ends all the same", async () => {
  const { audit, refusing, faults, until } = await openWatch();
  const watching = until(isWatching);
  audit.start();
  await watching;
  refusing.writes = 1;
  await audit.stop();
  expect(faults).toHaveLength(1);
});

/** A listing with a live set of these banned addresses, and these rules before the last one. */
function banning(asking: string, bans: string, ...rules: readonly string[]): string {
  return [
    "table inet edge {",
    "\tset bans {",
    "\t\ttype ipv4_addr",
    "\t\tflags dynamic,timeout",
    "\t\ttimeout 1h",
    ...(bans === "" ? [] : [`\t\telements = { ${bans} }`]),
    "\t}",
    "",
    "\tchain forward {",
    "\t\ttype filter hook forward priority filter; policy accept;",
    ...rules.map((rule) => `\t\t${rule}`),
    `\t\t${asking}`,
    "\t}",
    "}",
    "",
  ].join("\n");
}

const COUNTING = "ip saddr 10.99.0.1 counter accept";

describe("what a live set held meanwhile", () => {
  async function differencesOf(asking: string, bans: string) {
    const { device, audit, until, differences } = await openWatch(banning(asking, ""));
    const watching = until(isWatching);
    audit.start();
    await watching;
    const drifting = until(isDrifting);
    device.ban(banning(asking, bans));
    device.change(banning(asking, bans, COUNTING));
    await drifting;
    await audit.stop();
    return differences;
  }

  test("is no part of the rule that somebody puts in behind it", async () => {
    const [moved, ruled, ...more] = await differencesOf(
      "ip saddr @bans drop",
      "10.10.2.11, 10.10.2.12",
    );
    expect(moved).toMatchObject({
      added: ["inet edge set bans: elements = { 10.10.2.11, 10.10.2.12 }"],
      removed: [],
      sinceMs: expect.any(Number),
      by: { kind: "unknown", reason: "elements of a live set moved" },
    });
    expect([...(moved?.broken ?? []), ...(moved?.doubtful ?? [])]).toContain("mail-out");
    expect(ruled).toMatchObject({
      before: moved?.after,
      added: [`inet edge forward: ${COUNTING}`],
      removed: [],
      broken: [],
      doubtful: [],
      sinceMs: null,
    });
    expect(more).toEqual([]);
  });
});
