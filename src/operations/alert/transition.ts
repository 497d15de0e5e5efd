import { type Actor, mayOperate } from "../../platform/auth/actor.ts";
import { type Refusal, refuse } from "../../platform/refusal.ts";
import {
  type Alert,
  type AlertEvent,
  type AlertGroup,
  type News,
  type Raised,
  SEVERITIES,
  type Severity,
} from "./model.ts";

/*
 * The life of alerts and their groups. Nothing here reads a clock or stores anything: each function is
 * handed what is open, and gives what is to be kept and told.
 */

/** What is open of the groups that a step touches: all their open alerts. An open group has at least one. */
export interface Book {
  readonly alerts: readonly Alert[];
  readonly groups: readonly AlertGroup[];
}

/** What a step changes. */
export interface Step {
  /** An alert with the id 0 is new. */
  readonly alert: Alert;
  readonly event: AlertEvent["kind"];
  /** Groups that are new or other than before: those that there is news of. */
  readonly groups: readonly AlertGroup[];
  /** Groups whose alerts are others than before. */
  readonly groupIds: readonly string[];
  readonly news: readonly News[];
}

/** Raises an alert, or says more of one that is open. Null: all of it was known. */
export function raise(book: Book, raised: Raised, nowMs: number, newGroupId: string): Step | null {
  const known = book.alerts.find(({ key }) => key === raised.key) ?? null;
  const target = book.groups.find(({ key }) => key === raised.group) ?? null;
  const groupId = target?.id ?? newGroupId;
  const alert = known === null ? fresh(raised, groupId, nowMs) : { ...known, ...raised, groupId };
  if (known !== null && isSame(known, alert)) return null;
  const joined = target === null ? openGroup(alert, nowMs) : tell(target, alert);
  const left =
    known === null || known.groupId === groupId ? null : leave(book, known, alert, nowMs);
  const event = known === null ? "raised" : "changed";
  return { alert, event, ...together(left === null ? [joined] : [joined, left]) };
}

/** Ends an alert. Null: there is none. */
export function end(book: Book, key: string, nowMs: number): Step | null {
  const known = book.alerts.find((one) => one.key === key);
  if (known === undefined) return null;
  const alert: Alert = { ...known, status: "resolved", resolvedMs: nowMs };
  return { alert, event: "resolved", ...together([leave(book, known, alert, nowMs)]) };
}

/** Somebody takes it in hand. */
export function acknowledge(alert: Alert, actor: Actor, nowMs: number): Alert | Refusal {
  if (!mayOperate(actor))
    return refuse(`\`${actor.login}\` is no operator`, "ask somebody with the role operator");
  if (alert.status === "resolved")
    return refuse(`alert ${alert.id} is over`, "nothing is left to take in hand");
  if (alert.status === "acknowledged") return alert;
  return { ...alert, status: "acknowledged", acknowledged: { by: actor.login, atMs: nowMs } };
}

export function isWorse(one: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(one) < SEVERITIES.indexOf(other);
}

interface Told {
  readonly group: AlertGroup;
  readonly news: readonly News[];
}

function together(told: readonly Told[]) {
  return {
    groups: told.filter(({ news }) => news.length > 0).map(({ group }) => group),
    groupIds: told.map(({ group }) => group.id),
    news: told.flatMap(({ news }) => news),
  };
}

function fresh(raised: Raised, groupId: string, nowMs: number): Alert {
  return {
    ...raised,
    id: 0,
    status: "firing",
    groupId,
    raisedMs: nowMs,
    acknowledged: null,
    resolvedMs: null,
  };
}

function isSame(one: Alert, other: Alert): boolean {
  return (
    one.groupId === other.groupId &&
    one.severity === other.severity &&
    one.title === other.title &&
    one.text === other.text &&
    one.link === other.link &&
    labelsText(one) === labelsText(other)
  );
}

function labelsText({ labels }: Raised): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function openGroup(alert: Alert, nowMs: number): Told {
  const { group, groupId } = alert;
  const opened = {
    id: groupId,
    key: group,
    openedMs: nowMs,
    endedMs: null,
    movedTo: null,
    revision: 1,
    ...spokenBy(alert),
  };
  return { group: opened, news: [{ kind: "opened", groupId }] };
}

/** What an alert of an open group says is news where it is worse, or where its leader says something else. */
function tell(group: AlertGroup, alert: Alert): Told {
  const { key, severity, title } = alert;
  const worse = isWorse(severity, group.severity);
  const isOther = group.leader === key && group.title !== title;
  if (!worse && !isOther) return { group, news: [] };
  const told = {
    ...group,
    ...spokenBy(alert),
    severity: worse ? severity : group.severity,
    revision: group.revision + 1,
  };
  return { group: told, news: [{ kind: "changed", groupId: group.id }] };
}

function spokenBy({ key, title, severity, labels, link }: Alert) {
  return { leader: key, title, severity, labels, link };
}

/** What a group is without an alert that ended (`after` is resolved) or now belongs to another. */
function leave(book: Book, before: Alert, after: Alert, nowMs: number): Told {
  const group = book.groups.find(({ id }) => id === before.groupId);
  if (group === undefined) throw new Error(`the group of alert \`${before.key}\` is not open`);
  const stays = book.alerts.some(({ groupId, key }) => groupId === group.id && key !== before.key);
  if (stays) return { group, news: [] };
  const isMove = after.status !== "resolved";
  return {
    group: { ...group, endedMs: nowMs, movedTo: isMove ? after.group : null },
    news: [{ kind: isMove ? "moved" : "resolved", groupId: group.id }],
  };
}
