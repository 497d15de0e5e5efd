import type { Clock } from "../clock.ts";
import { openAlarm } from "./alarm.ts";
import { backOff } from "./backOff.ts";
import type { Sent } from "./channel.ts";
import { openPace } from "./pace.ts";

/** How it goes with a channel. */
export type ChannelState =
  /** Nothing was sent yet. */
  | { readonly kind: "unused" }
  | { readonly kind: "ok"; readonly sinceMs: number }
  | {
      readonly kind: "failing";
      readonly sinceMs: number;
      /** Why the last attempt failed. */
      readonly reason: string;
      /** Attempts that failed in a row. */
      readonly attempts: number;
    };

/** `empty`: nothing waits. */
export type Turn = Sent | { readonly kind: "empty" };

export interface PumpOptions {
  /** Sends what comes next; called again until nothing waits. */
  readonly turn: (signal: AbortSignal) => Promise<Turn>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Told of what goes wrong on our side: the database, not the channel. */
  readonly onFault: (fault: unknown) => void;
}

/** Sends what waits for one channel, one after the other, and tries again by itself. */
export interface Pump {
  /** Something waits: it is sent within so many milliseconds, but for a pause that a failure or a storm asks for. */
  wake(withinMs: number): void;
  /** Resolves when nothing waits, or it is closed. */
  idle(): Promise<void>;
  state(): ChannelState;
  /** Ends the attempt that is under way; what waits stays where it is. */
  close(): Promise<void>;
}

export function openPump({ turn, clock, random, onFault }: PumpOptions): Pump {
  const ending = new AbortController();
  const alarm = openAlarm();
  const pace = openPace();
  let state: ChannelState = { kind: "unused" };
  let idlers: readonly (() => void)[] = [];

  const note = (sent: Sent): void => {
    const nowMs = clock();
    if (sent.kind === "sent") {
      if (state.kind !== "ok") state = { kind: "ok", sinceMs: nowMs };
      return;
    }
    const { sinceMs, attempts } =
      state.kind === "failing" ? state : { sinceMs: nowMs, attempts: 0 };
    state = { kind: "failing", sinceMs, reason: sent.reason, attempts: attempts + 1 };
    alarm.notWithin(backOff(state.attempts, sent.afterMs, random()));
  };
  const settle = () => {
    if (!alarm.isQuiet() && !ending.signal.aborted) return;
    for (const resolve of idlers) resolve();
    idlers = [];
  };
  const once = async (): Promise<void> => {
    const found = await turn(ending.signal).catch((fault: unknown): Turn => {
      onFault(fault);
      return { kind: "failed", reason: "premortem failed", isFinal: false, afterMs: null };
    });
    if (found.kind === "empty" || ending.signal.aborted) return;
    alarm.notWithin(pace.taken());
    note(found);
    alarm.set(0);
  };
  const loop = async (): Promise<void> => {
    for (;;) {
      const ringing = alarm.rings();
      settle();
      if (!(await ringing)) return;
      await once();
    }
  };
  const running = loop();
  return {
    wake: (withinMs) => alarm.set(withinMs),
    idle: () =>
      new Promise((resolve) => {
        idlers = [...idlers, resolve];
        settle();
      }),
    state: () => state,
    close: async () => {
      ending.abort();
      alarm.close();
      await running;
      settle();
    },
  };
}
