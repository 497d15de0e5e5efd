import fc from "fast-check";
import { expect, test } from "vitest";
import type { EscalationPolicy, EscalationTarget } from "../inventory/onCall.ts";
import type { Escalation, Move, Subject } from "./model.ts";
import { acknowledge, advance, begin, end, follow, giveBack, handOver } from "./transition.ts";

const NOWHERE = { file: "premortem.yaml", line: 1, column: 1, endLine: 1, endColumn: 1 };
const ANA = { login: "ana", roles: ["operator"] } as const;
const SUBJECT: Subject = {
  key: "incident/1",
  incident: 1,
  kinds: ["any"],
  title: "t",
  text: "",
  inHand: null,
};
const LOGINS = ["ana", "bob", "vera"];
const LONGEST_MS = 600_000;

const target = fc.constantFrom<EscalationTarget>(
  ...LOGINS.map((login) => ({ kind: "person", login }) as const),
  { kind: "onCall", calendar: "network" },
);
const step = fc.record({
  notify: fc.array(target, { minLength: 1, maxLength: 3 }),
  by: fc.constantFrom(["webhook"] as const, ["webhook", "email"] as const),
  waitMs: fc.integer({ min: 1_000, max: LONGEST_MS }),
});
const policy = fc.record({
  name: fc.constantFrom("rules", "others"),
  when: fc.constant(["any"] as const),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  repeat: fc.integer({ min: 0, max: 2 }),
  span: fc.constant(NOWHERE),
});
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(LONGEST_MS) }),
  },
  fc.record({ kind: fc.constantFrom("acknowledge", "giveBack", "handOver", "rule" as const) }),
  fc.record({ kind: fc.constant("onCall" as const), login: fc.constantFrom(null, ...LOGINS) }),
);

/** The state of the test's own: who is on call, what time it is, and what was told so far. */
interface World {
  nowMs: number;
  onCall: string | null;
  escalation: Escalation;
  readonly keys: string[];
}

function take(world: World, move: Move | { readonly reason: string } | null): void {
  if (move === null || "reason" in move) return;
  world.escalation = move.escalation;
  world.keys.push(...move.calls.map(({ key }) => key));
}

test("whatever happens, nobody is called twice by one step, and it always has a next moment or an end", () => {
  fc.assert(
    fc.property(policy, policy, fc.array(command, { maxLength: 40 }), (first, second, commands) => {
      const whoIs = (one: EscalationTarget) =>
        one.kind === "person" ? [one.login] : world.onCall === null ? [] : [world.onCall];
      const world: World = { nowMs: 0, onCall: null, escalation: {} as Escalation, keys: [] };
      take(world, begin(SUBJECT, { policy: first, kind: "any" }, 1, 0, whoIs));
      for (const one of commands) {
        const { escalation, nowMs } = world;
        switch (one.kind) {
          case "pass":
            world.nowMs += one.ms;
            take(world, advance(escalation, world.nowMs, whoIs));
            break;
          case "onCall":
            world.onCall = one.login;
            break;
          case "acknowledge":
            take(world, acknowledge(escalation, ANA, [], nowMs));
            break;
          case "giveBack":
            take(world, giveBack(escalation, ANA, [], nowMs, whoIs));
            break;
          case "handOver":
            take(world, handOver(escalation, ANA, [], "bob", nowMs));
            break;
          case "rule":
            take(
              world,
              follow(escalation, SUBJECT, { policy: renamed(second), kind: "rule" }, nowMs, whoIs),
            );
        }
        expect(new Set(world.keys).size).toBe(world.keys.length);
        const { state, policy: current } = world.escalation;
        if (state.kind === "running") {
          expect(state.nextMs).toBeLessThanOrEqual(world.nowMs + LONGEST_MS);
          expect(state.round).toBeLessThanOrEqual(current.repeat);
          expect(current.steps[state.step]).toBeDefined();
        }
        expect(state.kind).not.toBe("ended");
      }
      /* Left alone, it comes to its end: in so many steps at most. */
      const most = (world.escalation.policy.repeat + 1) * world.escalation.policy.steps.length;
      for (let left = most; left >= 0 && world.escalation.state.kind === "running"; left--) {
        world.nowMs += LONGEST_MS;
        take(world, advance(world.escalation, world.nowMs, whoIs));
      }
      expect(["acknowledged", "exhausted"]).toContain(world.escalation.state.kind);
      take(world, end(world.escalation, "it is over", world.nowMs));
      expect(world.escalation.state.kind).toBe("ended");
      expect(acknowledge(world.escalation, ANA, [], world.nowMs)).toHaveProperty("reason");
    }),
  );
});

function renamed(policy: EscalationPolicy): EscalationPolicy {
  return { ...policy, name: "network operations" };
}
