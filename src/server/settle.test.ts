import { expect, test } from "vitest";
import type { DriftState, WatchState } from "../operations/audit/model.ts";
import { waitingFor } from "../operations/incident/life.ts";
import type { Symptom } from "../operations/incident/model.ts";
import type { ActiveSymptom, MonitorView } from "../operations/monitor/model.ts";
import { LOOKED_MS, type SettleParts, settle } from "./settle.ts";
import { PEOPLE, testServer } from "./testing/testServer.ts";

const NETWORK = `
devices:
  mail1: { reach: namespace:pm-nowhere }
zones: {}
monitors:
  mail: { kind: postfix, on: mail1 }
${PEOPLE}`;

const INTENT = `
devices:
  fw: { reach: namespace:pm-nowhere }
zones: {}
roles: { mail: 10.0.0.1, world: 10.0.1.1 }
intents:
  mail-out: { from: mail, to: world, service: smtp }
${PEOPLE}`;

const symptom = (id: string, intent: Symptom["intent"] = null): Symptom => ({
  id,
  sinceMs: 1,
  text: id,
  flows: [],
  intent,
});

const SEEN_MS = 1_000;
const view = (state: MonitorView["state"]): MonitorView => ({
  monitor: "mail",
  kind: "postfix",
  device: "mail1",
  state,
  sinceMs: SEEN_MS,
  reason: "",
  lastMs: null,
  counts: {},
  notes: [],
});

const WHOLE: DriftState = {
  isDrift: true,
  meaning: "moves",
  broken: [],
  undecided: [],
  isWhole: true,
  atMs: 0,
  change: null,
};

/** A server of which earlier ones have left these symptoms. */
async function left(...symptoms: readonly Symptom[]) {
  return leftIn(NETWORK, ...symptoms);
}

async function leftIn(networkText: string, ...symptoms: readonly Symptom[]) {
  const { service } = await testServer({ network: networkText });
  for (const one of symptoms) await service.incidents.symptom(one);
  const { inventory, incidents, audit, probes } = service;
  return async (nowMs: number, seen: Partial<Pick<SettleParts, "monitors" | "audit">> = {}) => {
    const { network } = inventory;
    const { monitors } = service;
    await settle({ clock: () => nowMs, network, incidents, audit, probes, monitors, ...seen });
    return (await incidents.open()).flatMap(waitingFor).map(({ id }) => id);
  };
}

test("what is of no probe, monitor, device or intent of the network file is over", async () => {
  const settled = await left(
    symptom("probe/old"),
    symptom("old/queue"),
    symptom("intent/old/mail-out", { device: "old", id: "mail-out" }),
    symptom("intent/mail1/old", { device: "mail1", id: "old" }),
    symptom("mail/queue"),
  );
  expect(await settled(0)).toEqual(["mail/queue"]);
});

test("what a monitor that has looked for long enough does not see is over; what it does not know stays", async () => {
  const settled = await left(symptom("mail/queue"), symptom("mail/drop"));
  const active = [{ id: "mail/queue" } as ActiveSymptom];
  const seen = (state: MonitorView["state"]) => ({
    monitors: { active: () => active, states: () => [view(state)] },
  });
  const nothing = { monitors: { active: () => [], states: () => [] } };
  const both = ["mail/queue", "mail/drop"];
  expect(await settled(SEEN_MS + LOOKED_MS, seen("blind"))).toEqual(both);
  expect(await settled(SEEN_MS + LOOKED_MS, seen("starting"))).toEqual(both);
  expect(await settled(SEEN_MS + LOOKED_MS - 1, seen("seeing"))).toEqual(both);
  expect(await settled(SEEN_MS + LOOKED_MS, nothing)).toEqual(both);
  expect(await settled(SEEN_MS + LOOKED_MS, seen("seeing"))).toEqual(["mail/queue"]);
});

test("an intent is over where it is proved to hold, not where nobody can say", async () => {
  const intent = { device: "fw", id: "mail-out" };
  const settled = await leftIn(INTENT, symptom("intent/fw/mail-out", intent));
  const seen = (drift: Partial<DriftState>) => {
    const watch: WatchState = {
      kind: "watching",
      sinceMs: 0,
      snapshot: "",
      polling: { everyMs: 60_000, withoutEvents: [], text: "" },
      drift: { ...WHOLE, ...drift },
    };
    return settled(0, { audit: { states: () => new Map([["fw", watch]]) } });
  };
  expect(await seen({ undecided: ["mail-out"] })).toEqual(["intent/fw/mail-out"]);
  expect(await seen({ isWhole: false })).toEqual(["intent/fw/mail-out"]);
  expect(await seen({ change: 7 })).toEqual(["intent/fw/mail-out"]);
  expect(await seen({ undecided: ["mail-in"] })).toEqual([]);
});

test("an incident that an earlier server has left recovers when nothing of it is there any more", async () => {
  const { service } = await testServer({ network: NETWORK });
  await service.incidents.symptom(symptom("probe/old"));
  await service.round();
  const [incident] = await service.incidents.open();
  expect(incident?.recoveredMs).not.toBeNull();
  expect(await service.alerts.unresolved()).toEqual([]);
});
