import { describe, expect, test } from "vitest";
import type { ApplyEvent, ApplyState, Command, Marker, Running } from "./model.ts";
import { type DeviceModel, FRESH, fire, restart, runCommand } from "./testing/deviceModel.ts";
import { actionOf, isOver, resume, step } from "./transition.ts";

/*
 * Every way through an apply: commands that run, run unheard, run much later or never; a dead-man that
 * fires at any moment, or dies half-way; a writer who comes in between; a restart; whoever leads killed
 * between any two steps. All states that can come of it are visited.
 */

interface World {
  readonly state: ApplyState;
  readonly device: DeviceModel;
  /** Sent and lost: it may yet run. */
  readonly late: readonly Command[];
  /** What may still go wrong. */
  readonly faults: Faults;
}

interface Faults {
  readonly losses: number;
  readonly writers: number;
  readonly restarts: number;
  /** Times that a person wants it back. */
  readonly regrets: number;
}

const FAULTS: Faults = { losses: 2, writers: 1, restarts: 1, regrets: 1 };
const START: World = { state: { kind: "planned" }, device: FRESH, late: [], faults: FAULTS };

/** What can happen next, good and bad. */
function next(world: World): readonly World[] {
  return [...lead(world), ...suffer(world)];
}

/** The leader goes on. */
function lead(world: World): readonly World[] {
  const { state, device } = world;
  const after = (event: ApplyEvent, rest: Partial<World> = {}): World => ({
    ...world,
    ...rest,
    state: step(state, event),
  });
  const action = actionOf(state);
  switch (action.kind) {
    case "rest":
      if (!isOver(state)) return [after({ kind: "begun" })];
      return state.kind === "confirmed" ? [{ ...world, device: writeBoot(device) }] : [];
    case "look":
      return [after({ kind: "seen", marker: device.marker, running: device.running })];
    case "check":
      return [after({ kind: "checked", passed: true }), after({ kind: "checked", passed: false })];
    case "send": {
      const heard = runCommand(device, action.command).map((ran) =>
        after(ran.event, { device: ran.device }),
      );
      return [...heard, ...unheard(world, action.command)];
    }
  }
}

/** Behind the confirmation alone. */
function writeBoot(device: DeviceModel): DeviceModel {
  return { ...device, boots: "candidate" };
}

/** The answer is lost, or the leader killed: the command has run, will run, or never will. */
function unheard(world: World, command: Command): readonly World[] {
  const { state, device, late, faults } = world;
  if (faults.losses === 0) return [];
  const lost = {
    state: step(state, { kind: "lost" }),
    faults: { ...faults, losses: faults.losses - 1 },
  };
  const ran = runCommand(device, command).map(({ device: after }) => ({
    ...world,
    ...lost,
    device: after,
  }));
  return [...ran, { ...world, ...lost }, { ...world, ...lost, late: [...late, command] }];
}

/** What nobody asked for. */
function suffer(world: World): readonly World[] {
  const { state, device, late, faults } = world;
  const worlds: World[] = fire(device).map((fired) => ({ ...world, device: fired }));
  for (const [i, command] of late.entries())
    for (const { device: after } of runCommand(device, command))
      worlds.push({ ...world, device: after, late: late.filter((_, at) => at !== i) });
  if (faults.writers > 0)
    worlds.push({
      ...world,
      device: { ...device, running: "other" },
      faults: { ...faults, writers: faults.writers - 1 },
    });
  if (faults.restarts > 0)
    worlds.push({
      ...world,
      device: restart(device),
      faults: { ...faults, restarts: faults.restarts - 1 },
    });
  if (faults.regrets > 0)
    worlds.push({
      ...world,
      state: step(state, { kind: "rollbackAsked" }),
      faults: { ...faults, regrets: faults.regrets - 1 },
    });
  if (faults.losses > 0)
    worlds.push({
      ...world,
      state: resume(state),
      faults: { ...faults, losses: faults.losses - 1 },
    });
  return worlds;
}

/** All worlds that can come of `start`, with what can come of each. */
function explore(start: World): ReadonlyMap<string, readonly World[]> {
  const seen = new Map<string, readonly World[]>();
  const open: World[] = [start];
  for (let world = open.pop(); world !== undefined; world = open.pop()) {
    const key = JSON.stringify(world);
    if (seen.has(key)) continue;
    const following = next(world);
    seen.set(key, following);
    open.push(...following);
  }
  return seen;
}

const WORLDS = explore(START);
const ALL: readonly World[] = [...WORLDS.keys()].map((key) => JSON.parse(key));

const brief = ({ state, device, late, faults }: World) =>
  `${JSON.stringify(state)} ${JSON.stringify(device)} late ${late.join()} ${JSON.stringify(faults)}`;

function broken(isKept: (world: World) => boolean): readonly string[] {
  return ALL.filter((world) => !isKept(world))
    .slice(0, 3)
    .map(brief);
}

describe("in every state that can be reached", () => {
  test("there are many of them", () => {
    expect(ALL.length).toBeGreaterThan(1000);
  });

  test("the candidate runs only with a dead-man behind it, confirmed, or while it is undone", () => {
    expect(
      broken(({ device, state }) => {
        if (device.running !== "candidate") return true;
        if (device.marker === "armed") return device.isTicking;
        return (
          device.marker === "confirmed" ||
          device.marker === "restoring" ||
          state.kind === "confirmed"
        );
      }),
    ).toEqual([]);
  });

  test("confirmed is said of what was confirmed on the device", () => {
    expect(
      broken(({ state, device, faults }) => {
        const isRestarted = faults.restarts < FAULTS.restarts;
        return state.kind !== "confirmed" || device.marker === "confirmed" || isRestarted;
      }),
    ).toEqual([]);
  });

  test("what boots is what was confirmed, or what was there before", () => {
    expect(
      broken(({ device }) => device.boots === "previous" || device.marker === "confirmed"),
    ).toEqual([]);
  });

  test("rolled back and refused are never said while the candidate runs", () => {
    expect(
      broken(({ state, device }) => {
        const isSaid = state.kind === "rolledBack" || state.kind === "refused";
        return !isSaid || device.running !== "candidate";
      }),
    ).toEqual([]);
  });

  test("rolled back is said where what was before was seen to run, and is an alarm elsewhere", () => {
    const wrong = ALL.filter(({ state }) => !isOver(state)).filter((world) =>
      lead(world).some(({ state, device }) =>
        state.kind === "rolledBack"
          ? device.running !== "previous"
          : state.kind === "stuck" &&
            state.why === "runsOtherwise" &&
            device.running === "previous",
      ),
    );
    expect(wrong.slice(0, 3).map(brief)).toEqual([]);
    const ends = new Set(ALL.map(({ state }) => ("why" in state ? state.why : state.kind)));
    expect(ends).toContain("runsOtherwise");
  });

  test("what somebody else wrote before anything was loaded stays", () => {
    expect(
      broken(({ state, device, faults }) => {
        const isWritten = faults.writers < FAULTS.writers && faults.restarts === FAULTS.restarts;
        return (
          !isWritten || device.hasLoaded || device.running === "other" || state.kind === "stuck"
        );
      }),
    ).toEqual([]);
  });

  test("an end is reached as soon as nothing goes wrong any more", () => {
    const calm = (world: World): World => ({
      ...world,
      late: [],
      faults: { losses: 0, writers: 0, restarts: 0, regrets: 0 },
    });
    const stuck = ALL.filter((world) => !endsAlways(calm(world)));
    expect(stuck.slice(0, 3).map(brief)).toEqual([]);
  });
});

/** Steps that the longest apply takes once all goes well; a circle would take more. */
const LONGEST = 20;

/** Whether the leader comes to an end whatever the answers are. */
function endsAlways(world: World, depth = 0): boolean {
  if (isOver(world.state)) return true;
  if (depth > LONGEST) return false;
  return lead(world).every((after) => endsAlways(after, depth + 1));
}

describe("a person may take it back", () => {
  const cases: readonly (readonly [ApplyState, string])[] = [
    [{ kind: "planned" }, "planned"],
    [{ kind: "armed" }, "rollingBack"],
    [{ kind: "loaded" }, "rollingBack"],
    [{ kind: "confirmed" }, "confirmed"],
  ];
  test.each(cases)("%o", (state, expected) => {
    expect(step(state, { kind: "rollbackAsked" }).kind).toBe(expected);
  });
});

const SEEN: readonly (readonly [Marker, Running, ApplyState])[] = [
  ["restored", "previous", { kind: "rolledBack", reason: "tooLate" }],
  ["restored", "other", { kind: "stuck", why: "runsOtherwise", running: "other" }],
  ["restored", "candidate", { kind: "stuck", why: "runsOtherwise", running: "candidate" }],
  ["superseded", "previous", { kind: "rolledBack", reason: "superseded" }],
  ["superseded", "other", { kind: "stuck", why: "runsOtherwise", running: "other" }],
];

test.each(SEEN)("a device that says %s while %s runs", (marker, running, expected) => {
  const state: ApplyState = { kind: "loading", isUnsure: true };
  expect(step(state, { kind: "seen", marker, running })).toEqual(expected);
});

test.each<[ApplyState, ApplyState["kind"]]>([
  [{ kind: "planned" }, "refused"],
  [{ kind: "arming", isUnsure: false }, "refused"],
  [{ kind: "arming", isUnsure: true }, "arming"],
  [{ kind: "loaded" }, "loaded"],
])("a plan whose time is over is not begun: %j", (state, kind) => {
  expect(step(state, { kind: "late" }).kind).toBe(kind);
});
