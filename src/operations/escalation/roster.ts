import type { Actor } from "../../platform/auth/actor.ts";
import { mayOperate } from "../../platform/auth/actor.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network } from "../inventory/model.ts";
import type { EscalationTarget } from "../inventory/onCall.ts";
import type { Trail } from "../trail/service.ts";
import { type Duty, dutiesFrom, type OnCallOverride, onCallAt } from "./onCall.ts";
import { addOverride, overridesFrom, withdrawOverride } from "./overrideStore.ts";
import type { WhoIs } from "./transition.ts";

export interface RosterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly network: () => Pick<Network, "people" | "teams" | "onCall">;
}

/** A calendar as people see it. */
export interface CalendarView {
  readonly name: string;
  readonly timeZone: string;
  readonly now: Duty;
  readonly next: Duty | null;
  /** Those that are not over. */
  readonly overrides: readonly OnCallOverride[];
}

export type OverrideWish = Pick<OnCallOverride, "login" | "fromMs" | "toMs">;

/** Who is on call, by the calendars of the network file and by what was said since. */
export interface Roster {
  calendars(): Promise<readonly CalendarView[]>;
  /** Whom targets mean at this moment. */
  whoIs(): Promise<WhoIs>;
  override(calendar: string, actor: Actor, wish: OverrideWish): Promise<OnCallOverride | Refusal>;
  withdraw(calendar: string, id: number, actor: Actor): Promise<OnCallOverride | Refusal>;
}

/** Milliseconds that an override lasts at most: what is longer belongs into the network file. */
export const MAXIMUM_OVERRIDE_MS = 92 * 86_400_000;

export function openRoster({ database, clock, trail, network }: RosterOptions): Roster {
  const isThere = (login: string) => network().people.some((person) => person.login === login);
  const check = (calendar: string, actor: Actor): Refusal | null => {
    const { onCall } = network();
    if (!onCall.has(calendar))
      return refuseUnknown(
        `there is no on-call calendar \`${calendar}\``,
        `known are ${[...onCall.keys()].map((name) => `\`${name}\``).join(", ") || "none"}`,
      );
    /* Who stands in a rotation may find somebody to take a shift. */
    if (mayOperate(actor) || onCall.get(calendar)?.rotation.includes(actor.login)) return null;
    return refuse(
      `\`${actor.login}\` is no operator, and not in the rotation of \`${calendar}\``,
      "ask somebody who is",
    );
  };
  const record = (kind: string, actor: Actor, one: OnCallOverride, transaction: Database) =>
    trail.append(
      {
        atMs: clock(),
        actor: actor.login,
        kind,
        subject: `on-call/${one.calendar}`,
        details: { override: one.id, login: one.login, fromMs: one.fromMs, toMs: one.toMs },
      },
      transaction,
    );
  return {
    async calendars() {
      const nowMs = clock();
      const overrides = await overridesFrom(database, nowMs);
      return [...network().onCall.values()].map((calendar) => ({
        name: calendar.name,
        timeZone: calendar.timeZone,
        ...dutiesFrom(calendar, overrides, nowMs),
        overrides: overrides.filter((one) => one.calendar === calendar.name),
      }));
    },
    async whoIs() {
      const nowMs = clock();
      const overrides = await overridesFrom(database, nowMs);
      const current = network();
      return (target) => loginsOf(current, target, overrides, nowMs).filter(isThere);
    },
    async override(calendar, actor, wish) {
      const refused = check(calendar, actor) ?? checkWish(wish, isThere, clock());
      if (refused !== null) return refused;
      return database.transaction().execute(async (transaction) => {
        const draft = { ...wish, calendar, by: actor.login };
        const made = await addOverride(transaction, draft, clock());
        await record("onCall.overridden", actor, made, transaction);
        return made;
      });
    },
    async withdraw(calendar, id, actor) {
      const refused = check(calendar, actor);
      if (refused !== null) return refused;
      return database.transaction().execute(async (transaction) => {
        const gone = await withdrawOverride(transaction, calendar, id, clock());
        if (gone === null)
          return refuseUnknown(
            `\`${calendar}\` has no override ${id} that is not over`,
            "list them: `premortem on-call`",
          );
        await record("onCall.overrideWithdrawn", actor, gone, transaction);
        return gone;
      });
    },
  };
}

function loginsOf(
  { teams, onCall }: Pick<Network, "teams" | "onCall">,
  target: EscalationTarget,
  overrides: readonly OnCallOverride[],
  nowMs: number,
): readonly string[] {
  switch (target.kind) {
    case "person":
      return [target.login];
    case "team":
      return teams.find(({ id }) => id === target.team)?.members ?? [];
    case "onCall": {
      const calendar = onCall.get(target.calendar);
      const login = calendar === undefined ? null : onCallAt(calendar, overrides, nowMs);
      return login === null ? [] : [login];
    }
  }
}

function checkWish(
  { login, fromMs, toMs }: OverrideWish,
  isThere: (login: string) => boolean,
  nowMs: number,
): Refusal | null {
  if (!isThere(login))
    return refuse(`there is no person \`${login}\``, "people stand in the network file");
  if (toMs <= fromMs) return refuse("it would end before it begins", "turn the two moments around");
  if (toMs <= nowMs) return refuse("it would be over already", "name an end in the future");
  if (toMs - fromMs <= MAXIMUM_OVERRIDE_MS) return null;
  return refuse("it would last for more than 92 days", "change the rotation in the network file");
}
