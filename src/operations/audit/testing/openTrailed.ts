import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { systemWait } from "../../../platform/clock.ts";
import { testDatabase } from "../../../platform/db/testing/testDatabase.ts";
import { parseNetwork } from "../../inventory/networkFile.ts";
import { pull } from "../../inventory/pull.ts";
import type { Snapshot } from "../../inventory/snapshot.ts";
import { openTrail } from "../../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../../trail/store.ts";
import { type Audit, openAudit } from "../service.ts";
import { AUDIT_MIGRATIONS } from "../store.ts";
import { TestDevice } from "./openWatch.ts";

const { network: NETWORK } = parseNetwork(
  "premortem.yaml",
  readFileSync("examples/mail/premortem.yaml", "utf8"),
);

/** A device that is watched by one server after the other, on one database, and the trail that they write. */
export async function openTrailed(rules: string) {
  const { database } = await testDatabase(TRAIL_MIGRATIONS, AUDIT_MIGRATIONS);
  const edge = NETWORK?.devices.get("edge");
  if (NETWORK === null || edge === undefined) throw new Error("no network");
  const device = new TestDevice();
  device.rules = rules;
  const read = async () => {
    const pulled = await pull(device, edge);
    if (pulled.kind !== "pulled") throw new Error(pulled.message);
    return pulled.snapshot;
  };
  let baseline = await read();
  let passedMs = 0;
  /** Entries that cannot be written from now on. */
  const refusing = { entries: 0 };
  const snapshots = new Map<string, Snapshot>([[baseline.hash, baseline]]);
  const trail = openTrail({ database });
  const clock = () => Date.now() + passedMs;
  const server = (): Audit => {
    const audit = openAudit({
      database,
      trail: {
        append: (event, transaction) => {
          if (refusing.entries-- > 0) throw new Error("the database is away");
          return trail.append(event, transaction);
        },
      },
      clock,
      wait: systemWait,
      network: () => NETWORK,
      transportOf: () => device,
      baselineOf: async () => baseline,
      snapshotOf: async (hash) => snapshots.get(hash) ?? null,
      keep: async (snapshot) => void snapshots.set(snapshot.hash, snapshot),
      onFault: () => undefined,
    });
    onTestFinished(() => audit.close());
    return audit;
  };
  return {
    device,
    server,
    refusing,
    pass: (ms: number) => {
      passedMs += ms;
    },
    /** What runs is approved from now on. */
    async adopt() {
      baseline = await read();
      snapshots.set(baseline.hash, baseline);
    },
    /** Entries of the device, first to last, without what differs from run to run. */
    async told() {
      const entries = await trail.page({ before: null, limit: 100, subject: "device/edge" });
      return [...entries].reverse().map(({ kind, details }) => [kind, details] as const);
    },
  };
}

type State = ReturnType<Audit["states"]> extends ReadonlyMap<string, infer One> ? One : never;

/** Resolves when a state is told that is like this. */
export function until(audit: Audit, isThere: (state: State) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = audit.events.subscribe((event) => {
      if (event.kind !== "state" || !isThere(event.state)) return;
      end();
      resolve();
    });
  });
}
