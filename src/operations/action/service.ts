import { type Actor, mayOperate } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { openTurns } from "../../platform/turns.ts";
import type { Alerts } from "../alert/service.ts";
import type { Incident } from "../incident/model.ts";
import type { Incidents } from "../incident/service.ts";
import type { Trail } from "../trail/service.ts";
import { type CheckSources, look } from "./checks.ts";
import type { Action, ActionCheck, NewAction } from "./model.ts";
import { proposeActions } from "./propose.ts";
import {
  type ActionPage,
  findAction,
  insertAction,
  listActions,
  lockAction,
  proposedKeys,
  updateAction,
} from "./store.ts";
import { decide, isOverdue, newAction, observe, type PersonEvent } from "./transition.ts";

export interface ActionOptions extends CheckSources {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly incidents: Pick<Incidents, "list" | "find">;
  readonly alerts: Pick<Alerts, "raise" | "end" | "unresolved">;
  readonly onFault: (fault: unknown) => void;
}

export interface ActionEvent {
  readonly kind: "proposed" | "written" | "changed" | "done" | "reopened";
  readonly action: Action;
}

/** What a person writes down. */
export interface ActionWishes {
  readonly incident: number | null;
  readonly text: string;
  readonly owner: string;
  readonly due: string;
  readonly check: ActionCheck;
}

/** What has to be done so that an outage does not come again, closed and opened again by what checks it. */
export interface Actions {
  readonly events: Pick<Channel<ActionEvent>, "subscribe">;
  list(page: ActionPage): Promise<readonly Action[]>;
  find(id: number): Promise<Action | Refusal>;
  write(wishes: ActionWishes, actor: Actor): Promise<Action | Refusal>;
  decide(id: number, event: PersonEvent, actor: Actor): Promise<Action | Refusal>;
  /** Proposes what an incident that is over teaches; what is proposed already is not again. */
  propose(incident: Incident): Promise<void>;
  /** Looks at every check, at what is overdue, and at incidents of which nothing was proposed yet. */
  round(): Promise<void>;
  settled(): Promise<void>;
}

/** Actions that are looked at in one round, and incidents that are asked. */
const MAXIMUM_CHECKED = 1_000;
const RECENT_INCIDENTS = 20;
const OURS = "premortem";

export function openActions(options: ActionOptions): Actions {
  const { database, clock, trail, incidents, onFault } = options;
  const events = openChannel<ActionEvent>(onFault);
  const turns = openTurns();
  const enter = (transaction: Database, action: Action, actor: string, kind: string) => {
    const details = { incident: action.incident, text: action.text, status: action.status };
    const event = { atMs: clock(), actor, kind: `action.${kind}`, subject: `action/${action.id}` };
    return trail.append({ ...event, details }, transaction);
  };
  const add = async (given: NewAction, by: string, kind: "proposed" | "written") => {
    const added = await database.transaction().execute(async (transaction) => {
      const stored = await insertAction(transaction, newAction(given, by, clock()));
      if (stored !== null) await enter(transaction, stored, by, kind);
      return stored;
    });
    if (added !== null) events.publish({ kind, action: added });
    return added;
  };
  const change = (
    id: number,
    by: string,
    next: (action: Action) => Action | Refusal,
  ): Promise<Action | Refusal> =>
    turns.take(async () => {
      let before: Action | null = null;
      const changed = await database.transaction().execute(async (transaction) => {
        before = await lockAction(transaction, id);
        if (before === null) return unknownAction(id);
        const action = next(before);
        if ("reason" in action || action === before) return action;
        await updateAction(transaction, action);
        /* Looks that change nothing would fill the trail. */
        if (action.log !== before.log) await enter(transaction, action, by, action.status);
        return action;
      });
      if (!("reason" in changed)) tellChange(events, before, changed);
      return changed;
    });
  const propose = (incident: Incident): Promise<void> =>
    turns.take(async () => {
      const there = await proposedKeys(database, incident.id);
      for (const one of proposeActions(options.network(), incident))
        if (one.key === null || !there.has(one.key)) await add(one, OURS, "proposed");
    });
  return {
    events,
    list: (page) => listActions(database, page),
    find: async (id) => (await findAction(database, id)) ?? unknownAction(id),
    async write(wishes, actor) {
      if (!mayOperate(actor)) return noOperator(actor);
      const { incident } = wishes;
      if (incident !== null && (await incidents.find(incident)) === null)
        return refuseUnknown(`there is no incident ${incident}`, "list them: `premortem incident`");
      const added = await add({ ...wishes, key: null, status: "open" }, actor.login, "written");
      if (added === null) throw new Error("an action without a key was there already");
      return added;
    },
    decide: async (id, event, actor) =>
      mayOperate(actor)
        ? change(id, actor.login, (action) => decide(action, event, actor.login, clock()))
        : noOperator(actor),
    propose,
    async round() {
      const recent = await incidents.list(RECENT_INCIDENTS, null);
      for (const one of recent) if (isOver(one)) await propose(one).catch(onFault);
      const page = { limit: MAXIMUM_CHECKED, before: null, incident: null } as const;
      const all = await listActions(database, { ...page, statuses: ["proposed", "open", "done"] });
      for (const { id, check, owner } of all) {
        if (check.kind === "person") continue;
        const seen = await look(options, check, owner, clock());
        await change(id, OURS, (action) => observe(action, seen, clock()));
      }
      await tellOverdue(options);
    },
    settled: () => turns.settled(),
  };
}

function isOver({ status, recoveredMs }: Incident): boolean {
  return status === "closed" || recoveredMs !== null;
}

function tellChange(events: Channel<ActionEvent>, before: Action | null, action: Action): void {
  if (before === null || before === action || before.log === action.log) return;
  const isDone = action.status === "done" && before.status !== "done";
  const isReopened = before.status === "done" && action.status !== "done";
  events.publish({ kind: isDone ? "done" : isReopened ? "reopened" : "changed", action });
}

/** Of low severity: it wakes nobody, and goes once the action is done or has another day. */
async function tellOverdue({ database, alerts, clock }: ActionOptions): Promise<void> {
  const page = { limit: MAXIMUM_CHECKED, before: null, incident: null } as const;
  const open = await listActions(database, { ...page, statuses: ["open"] });
  const overdue = open.filter((one) => isOverdue(one, clock()));
  for (const { id, text, owner, due } of overdue)
    await alerts.raise({
      key: overdueKey(id),
      group: overdueKey(id),
      severity: "information",
      title: `action ${id} is overdue since ${due}: ${text}`,
      text: `owner: ${owner}. Look: premortem action show ${id}`,
      labels: { action: String(id), owner: owner ?? "" },
      link: null,
    });
  const keys = new Set(overdue.map(({ id }) => overdueKey(id)));
  for (const { key } of await alerts.unresolved())
    if (key.startsWith(OVERDUE) && !keys.has(key)) await alerts.end(key);
}

const OVERDUE = "overdue/action/";

function overdueKey(id: number): string {
  return `${OVERDUE}${id}`;
}

function unknownAction(id: number): Refusal {
  return refuseUnknown(`there is no action ${id}`, "list them: `premortem action list`");
}

function noOperator({ login }: Actor): Refusal {
  return refuse(`\`${login}\` is no operator`, "ask somebody with the role operator");
}
