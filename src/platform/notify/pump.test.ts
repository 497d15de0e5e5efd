import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../clock.ts";
import type { Sent } from "./channel.ts";
import { type ChannelState, openPump, type PumpOptions, type Turn } from "./pump.ts";

const sent: Sent = { kind: "sent" };
const failed = (reason: string): Sent => ({
  kind: "failed",
  reason,
  isFinal: false,
  afterMs: null,
});

function open(turn: PumpOptions["turn"], options: Partial<PumpOptions> = {}) {
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const pump = openPump({ turn, clock: systemClock, random: () => 0, onFault, ...options });
  onTestFinished(() => pump.close());
  return pump;
}

/** Turns that come to these, one after the other. */
function turns(...list: readonly Turn[]) {
  const rest = [...list];
  const taken: Turn[] = [];
  return {
    taken,
    turn: async (): Promise<Turn> => {
      const next = rest.shift() ?? { kind: "empty" };
      taken.push(next);
      return next;
    },
  };
}

test("nothing is sent before something waits, and then all of it", async () => {
  const { turn, taken } = turns(sent, sent);
  const pump = open(turn);
  await pump.idle();
  expect([taken.length, pump.state()]).toEqual([0, { kind: "unused" }]);
  pump.wake(0);
  await pump.idle();
  expect(taken).toEqual([sent, sent, { kind: "empty" }]);
  expect(pump.state()).toMatchObject({ kind: "ok" });
});

test("what fails is tried again until it is sent, and its state says since when", async () => {
  const { turn, taken } = turns(failed("no route"), failed("no route, still"), sent);
  let nowMs = 5;
  const pump = open(turn, { clock: () => nowMs++ });
  pump.wake(0);
  await pump.idle();
  expect(taken).toHaveLength(4);
  expect(pump.state()).toEqual({ kind: "ok", sinceMs: 7 });
});

test("a state that fails has its reason, and how often", async () => {
  const { turn } = turns(failed("no route"), failed("no answer"));
  const states: ChannelState[] = [];
  const pump = open(
    async () => {
      states.push(pump.state());
      return turn();
    },
    { clock: () => 9 },
  );
  pump.wake(0);
  await pump.idle();
  expect(states).toEqual([
    { kind: "unused" },
    { kind: "failing", sinceMs: 9, reason: "no route", attempts: 1 },
    { kind: "failing", sinceMs: 9, reason: "no answer", attempts: 2 },
  ]);
});

test("a fault of ours is told, and does not stop it", async () => {
  const faults: unknown[] = [];
  let count = 0;
  const pump = open(
    async () => {
      if (count++ === 0) throw new Error("the database is gone");
      return { kind: "empty" };
    },
    { onFault: (fault) => faults.push(fault) },
  );
  pump.wake(0);
  await pump.idle();
  expect([count, faults]).toEqual([2, [new Error("the database is gone")]]);
});

test("closing ends the attempt that is under way, and lets go of who waits", async () => {
  let begun: () => void = () => undefined;
  const isUnderWay = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const pump = open(async (signal) => {
    begun();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return failed("aborted");
  });
  pump.wake(0);
  await isUnderWay;
  const idle = pump.idle();
  await pump.close();
  await idle;
  expect(pump.state()).toEqual({ kind: "unused" });
});
