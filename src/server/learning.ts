import type { Audit } from "../operations/audit/service.ts";
import { candidateRules } from "../operations/change/candidateRules.ts";
import type { ChangeService } from "../operations/change/service.ts";
import { type DrillEvent, openDrills } from "../operations/drill/service.ts";
import { readDrills } from "../operations/drill/shelf.ts";
import { DRILL_MIGRATIONS } from "../operations/drill/store.ts";
import type { Inventory } from "../operations/inventory/service.ts";
import type { RulesOptions } from "../operations/question/runningRules.ts";
import { openQuestions } from "../operations/question/service.ts";
import { openTraces } from "../operations/question/traces.ts";
import type { Trail } from "../operations/trail/service.ts";
import { openTraining } from "../operations/training/service.ts";
import { TRAINING_MIGRATIONS } from "../operations/training/store.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/db/database.ts";
import type { Feed } from "./events.ts";

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Trail;
  readonly inventory: Pick<Inventory, "network" | "lastPull" | "snapshotOf">;
  readonly changes: Pick<ChangeService, "get">;
  readonly audit: Pick<Audit, "states">;
  /** Folder of drills. */
  readonly drills: string;
  readonly onFault: (fault: unknown) => void;
}

/** Tables of what people learn with. */
export const LEARNING_MIGRATIONS = [DRILL_MIGRATIONS, TRAINING_MIGRATIONS];

/**
 * What people learn with: a part of `wire.ts`. It is handed no way to a device: questions are about what was read
 * before, and drills are handed no inventory either.
 */
export function openLearning(parts: Parts, feed: Feed) {
  const { database, clock, trail, inventory, changes, audit, onFault } = parts;
  const { network } = inventory;
  const drills = openDrills({ database, clock, trail, onFault, shelf: readDrills(parts.drills) });
  const training = openTraining({
    database,
    clock,
    trail,
    network,
    onFault,
    drills: () => drills.list().map(({ id }) => id),
    finished: drills.finished,
  });
  const { snapshotOf } = inventory;
  const rulesOf: RulesOptions = {
    snapshotOf,
    async running(device) {
      const state = audit.states().get(device);
      if (state?.kind !== "watching") return inventory.lastPull(device);
      const notSeen = state.drift.isWhole ? [] : ["the watch does not see all of it"];
      return { hash: state.snapshot, notSeen };
    },
  };
  const questions = openQuestions({ network, ...rulesOf });
  const traces = openTraces({
    network,
    ...rulesOf,
    candidate: (question) => candidateRules(changes, question),
  });
  drills.events.subscribe((event) => feed.publish(drillNews(event, clock())));
  training.events.subscribe(({ lesson, by, logins, corrects }) =>
    feed.publish({
      topic: "training",
      subject: `training/${lesson}`,
      kind: corrects === null ? "attended" : "corrected",
      text: `${by} ${corrects === null ? "wrote down" : "corrected"} that ${logins.length} took part in ${lesson}`,
      atMs: clock(),
    }),
  );
  return { drills, training, questions, traces };
}

function drillNews({ kind, run: { id, drill, login } }: DrillEvent, atMs: number) {
  const subject = `drill-run/${id}`;
  return { topic: "drill", subject, kind, text: `drill ${drill.id}: ${kind}`, atMs, only: login };
}
