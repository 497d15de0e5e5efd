import type { Alert, News } from "./model.ts";
import type { GroupContent, NumberedNews } from "./outboxStore.ts";

/** Groups that one message tells of; the others come with the next. */
export const MAXIMUM_GROUPS = 100;

/** What a message tells of one group. */
export interface GroupNews {
  readonly groupId: string;
  readonly kind: News["kind"];
}

export interface Selection {
  readonly groups: readonly GroupNews[];
  /** Number of the last news that is told with them. */
  readonly to: number;
}

/** What comes next: all news of a group become one, up to as many groups as a message may hold. */
export function select(news: readonly NumberedNews[], toldTo: number): Selection {
  const groups = new Map<string, News["kind"]>();
  let to = toldTo;
  for (const { number, kind, groupId } of news) {
    const before = groups.get(groupId);
    if (before === undefined && groups.size === MAXIMUM_GROUPS) break;
    groups.set(groupId, before === "opened" && kind === "changed" ? "opened" : kind);
    to = number;
  }
  return { groups: [...groups].map(([groupId, kind]) => ({ groupId, kind })), to };
}

/** The body of a message, as docs/reference/webhook.md describes it. */
export function compose(
  id: string,
  atMs: number,
  news: readonly GroupNews[],
  contents: readonly GroupContent[],
): string {
  const groups = news.flatMap(({ groupId, kind }) => {
    const content = contents.find(({ group }) => group.id === groupId);
    return content === undefined ? [] : [toGroupBody(kind, content)];
  });
  return JSON.stringify({
    formatVersion: 1,
    id,
    at: toTime(atMs),
    title: headline(groups),
    groups,
  });
}

function toGroupBody(news: News["kind"], { group, alerts, alertCount }: GroupContent) {
  return {
    news,
    id: group.id,
    key: group.key,
    title: group.title,
    severity: group.severity,
    openedAt: toTime(group.openedMs),
    endedAt: group.endedMs === null ? null : toTime(group.endedMs),
    movedTo: group.movedTo,
    alertCount,
    alerts: alerts.map(toAlertBody),
  };
}

function toAlertBody(alert: Alert) {
  const { id, key, status, severity, title, text, labels, link, acknowledged } = alert;
  return {
    id,
    key,
    status,
    severity,
    title,
    text,
    labels,
    link,
    raisedAt: toTime(alert.raisedMs),
    acknowledgedBy: acknowledged?.by ?? null,
    acknowledgedAt: acknowledged === null ? null : toTime(acknowledged.atMs),
    resolvedAt: alert.resolvedMs === null ? null : toTime(alert.resolvedMs),
  };
}

type GroupBody = ReturnType<typeof toGroupBody>;

/** One line for a small screen: what is new and still there comes before what is over. */
function headline(groups: readonly GroupBody[]): string {
  const first = groups.find(({ endedAt }) => endedAt === null) ?? groups[0];
  if (first === undefined) return "nothing to tell";
  const mark = first.news === "resolved" ? "over: " : "";
  const rest = groups.filter((group) => group !== first && group.news !== "moved").length;
  const more = rest === 0 ? "" : ` (and ${rest} more)`;
  return `${mark}${first.title}${more}`;
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
