import { expect, test } from "vitest";
import type { Ran, Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { ApplyState } from "./model.ts";
import { type ApplyPlan, MAXIMUM_LOSSES, runApply } from "./run.ts";

/* How a leader drives a device that answers as a test says. */

const PLAN: ApplyPlan = {
  id: 1,
  tables: ["inet edge"],
  base: "",
  candidate: "",
  load: "",
  restore: "",
  live: { all: [], carried: [], lost: [], refilled: [] },
  losses: [],
  windowS: 60,
};

/** Leads from `state` on a device that says this to each verb. */
async function lead(state: ApplyState, says: (verb: string) => Ran | TransportFault) {
  const states: ApplyState[] = [state];
  let pauses = 0;
  const heard: (string | null)[] = [];
  const transport: Pick<Transport, "run"> = {
    run: (words) => Promise.resolve(says(words[3] ?? "")),
  };
  const end = await runApply({
    transport,
    device: { script: "part", state: "records" },
    plan: PLAN,
    journal: {
      read: () => Promise.resolve(states.at(-1) ?? null),
      write: async (next) => void states.push(next),
    },
    check: () => Promise.resolve(true),
    asked: new AbortController().signal,
    isLate: () => false,
    pause: async () => void pauses++,
    heard: async (silence) => void heard.push(silence?.message ?? null),
  });
  return { end, pauses, heard };
}

const ran = (code: number, out = ""): Ran => ({ kind: "ran", code, out, error: "" });

test("a device that cannot restore is asked again at a pace, and then left to its dead-man", async () => {
  const { end, pauses } = await lead(
    { kind: "rollingBack", end: { kind: "rolledBack", reason: "asked" }, isUnsure: false },
    (verb) => (verb === "look" ? ran(0, "restoring other") : ran(11)),
  );
  expect(end).toBeNull();
  expect(pauses).toBe(MAXIMUM_LOSSES);
});

test("why a device was not heard is told, and that it is again", async () => {
  const away: TransportFault = { kind: "fault", fault: "lost", message: "it broke", help: "" };
  let sent = 0;
  const { end, heard } = await lead({ kind: "loading", isUnsure: false }, (verb) => {
    if (verb === "look") return sent < 2 ? ran(0, "armed previous") : ran(0, "restored previous");
    if (verb !== "load") return ran(0);
    return sent++ === 0 ? away : { ...ran(1), error: "sh: no space left" };
  });
  expect(end).toEqual({ kind: "rolledBack", reason: "tooLate" });
  expect(heard).toEqual([
    null,
    "it broke",
    null,
    "`load` ended with 1 on the device: sh: no space left",
    null,
  ]);
});
