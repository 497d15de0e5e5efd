import { expect, test } from "vitest";
import { openChannel } from "../../platform/channel.ts";
import type { Ran, Transport, TransportFault } from "../../platform/transport/transport.ts";
import { REDACTED } from "../inventory/redact.ts";
import { BEGINNING, chain } from "../trail/chain.ts";
import type { TrailEvent } from "../trail/model.ts";
import type { ApplyState } from "./model.ts";
import type { ApplyNews } from "./options.ts";
import { type ApplyPlan, MAXIMUM_LOSSES, runApply } from "./run.ts";
import { noteSilence, type Silences } from "./silence.ts";

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
  const entries: TrailEvent[] = [];
  const silences: Silences = new Map();
  const told = {
    trail: {
      append: async (event: TrailEvent) => {
        entries.push(event);
        return chain(BEGINNING, event);
      },
    },
    clock: () => 7,
    events: openChannel<ApplyNews>((fault) => {
      throw fault;
    }),
  };
  const apply = { id: 1, order: { changeId: 2, device: "fw", plan: PLAN } };
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
    heard: async (silence) => {
      heard.push(silence?.message ?? null);
      await noteSilence(told, apply, silences, silence);
    },
  });
  const trail = entries.map(({ kind, details }) => [kind, details["why"] ?? null]);
  return { end, pauses, heard, trail, silence: silences.get(1) ?? null };
}

const ran = (code: number, out = ""): Ran => ({ kind: "ran", code, out, error: "" });

const ROLLING_BACK: ApplyState = {
  kind: "rollingBack",
  end: { kind: "rolledBack", reason: "asked" },
  isUnsure: false,
};

test("a device that cannot restore is asked again at a pace, and then left to its dead-man", async () => {
  const { end, pauses } = await lead(ROLLING_BACK, (verb) =>
    verb === "look" ? ran(0, "restoring other") : ran(11),
  );
  expect(end).toBeNull();
  expect(pauses).toBe(MAXIMUM_LOSSES);
});

test("a device that says it has restored, and each time has not, is left to its dead-man and to a person", async () => {
  const { end, pauses } = await lead(ROLLING_BACK, (verb) =>
    verb === "look" ? ran(0, "armed candidate") : ran(0),
  );
  expect(end).toBeNull();
  expect(pauses).toBe(MAXIMUM_LOSSES);
});

test("an apply that is refused keeps what the device said of it, without what is secret", async () => {
  const { end } = await lead({ kind: "planned" }, () => ({
    ...ran(11),
    error:
      "1\n2\nno stand-in for wg0\npassword=geheim\nrestoring does not come to what was there\n",
  }));
  expect(end).toEqual({
    kind: "refused",
    reason: "cannotRestore",
    said: `2\nno stand-in for wg0\npassword=${REDACTED}\nrestoring does not come to what was there`,
  });
});

test("a command that fails again and again is told once, and not as a device that does not answer", async () => {
  const { trail } = await lead(ROLLING_BACK, (verb) =>
    verb === "look" ? ran(0, "armed candidate") : { ...ran(1), error: "sh: no space left" },
  );
  expect(trail).toEqual([
    ["apply.commandFailed", "`restore` ended with 1 on the device: sh: no space left"],
  ]);
});

test("a connection that breaks with each command is told once, and once more when it is done", async () => {
  const away: TransportFault = { kind: "fault", fault: "lost", message: "it broke", help: "" };
  let left = 7;
  const { end, trail } = await lead(ROLLING_BACK, (verb) => {
    if (verb === "look") return ran(0, left > 0 ? "armed candidate" : "restored previous");
    return left-- > 0 ? away : ran(0);
  });
  expect(end).toEqual({ kind: "rolledBack", reason: "asked" });
  expect(trail).toEqual([
    ["apply.unheard", "it broke"],
    ["apply.heard", null],
  ]);
});

test("a look that fails on the device is told as that, and a device that is away then as well", async () => {
  const away: TransportFault = { kind: "fault", fault: "lost", message: "it broke", help: "" };
  const says = [ran(2), away, ran(2), away, ran(0, "restored previous")];
  const { trail, silence } = await lead({ kind: "loading", isUnsure: true }, () => {
    const next = says.shift();
    if (next === undefined) throw new Error("nothing more was expected");
    return next;
  });
  expect(trail).toEqual([
    ["apply.commandFailed", "`look` ended with 2 on the device"],
    ["apply.unheard", "it broke"],
    ["apply.heard", null],
  ]);
  expect(silence).toBeNull();
});

test("what breaks off at a later command is told anew", async () => {
  const away: TransportFault = { kind: "fault", fault: "lost", message: "it broke", help: "" };
  const sent = new Set<string>();
  const { end, trail } = await lead({ kind: "loading", isUnsure: false }, (verb) => {
    if (verb === "look") return ran(0, sent.has("confirm") ? "armed candidate" : "armed previous");
    if (sent.has(verb)) return ran(0);
    sent.add(verb);
    return away;
  });
  expect(end).toEqual({ kind: "confirmed" });
  expect(trail.map(([kind]) => kind)).toEqual([
    "apply.unheard",
    "apply.heard",
    "apply.unheard",
    "apply.heard",
  ]);
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
  expect(heard).toEqual(["it broke", "`load` ended with 1 on the device: sh: no space left", null]);
});
