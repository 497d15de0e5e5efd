import { expect, test } from "vitest";
import type { ApplyState } from "../operations/apply/model.ts";
import { applyAlert, applyAlerts } from "./applyAlarm.ts";

const STUCK: ApplyState = { kind: "stuck", why: "runsOtherwise", running: "other" };
const CONFIRMED: ApplyState = { kind: "confirmed" };
const REFUSED: ApplyState = { kind: "refused", reason: "notLoaded" };
const ROLLED_BACK: ApplyState = { kind: "rolledBack", reason: "checkFailed" };

test("a rollback behind which something else runs wakes somebody, a plain one does not", () => {
  const [key, raised] = applyAlert({ id: 7, device: "fw", state: STUCK }) ?? [];
  expect([key, raised?.severity]).toEqual(["apply/fw", "page"]);
  expect(raised?.title).toMatch(/^apply 7 on fw: rolled back, but what runs differs/);
  expect(applyAlert({ id: 7, device: "fw", state: ROLLED_BACK })).toBeNull();
});

test("whoever brought a device to a known state ends the page, whoever did nothing to it does not", () => {
  const told = (state: ApplyState) => applyAlert({ id: 8, device: "fw", state });
  expect(told(CONFIRMED)).toEqual(["apply/fw", null]);
  expect(told(REFUSED)).toBeNull();
  expect(told({ kind: "loaded" })).toBeNull();
});

/** What is known of applies of one device, newest first. */
async function known(states: readonly ApplyState[], readMs: number | null) {
  const stored = (state: ApplyState, i: number) => ({
    id: states.length - i,
    order: { device: "fw" },
    state,
    stateMs: 10 * (states.length - i),
  });
  const told = await applyAlerts(
    { list: () => Promise.resolve(states.map(stored)) },
    { baselineOf: () => Promise.resolve({ readMs }) },
  );
  return told.map(([key, raised]) => `${key} ${raised === null ? "over" : "there"}`);
}

test.each<[string, readonly ApplyState[], number | null, string]>([
  ["the last one", [STUCK], null, "apply/fw there"],
  ["one that runs still, behind it", [{ kind: "armed" }, STUCK], null, "apply/fw there"],
  ["a later one that was confirmed", [CONFIRMED, STUCK], null, "apply/fw over"],
  ["later ones that came to nothing", [REFUSED, ROLLED_BACK, STUCK], null, "apply/fw there"],
  ["one that was stuck after all", [REFUSED, STUCK, CONFIRMED], null, "apply/fw there"],
  ["a baseline that was read before", [STUCK], 5, "apply/fw there"],
  ["a baseline that was read since", [STUCK], 15, "apply/fw over"],
])("what is told anew of a device: %s", async (_name, states, readMs, expected) => {
  expect(await known(states, readMs)).toEqual([expected]);
});
