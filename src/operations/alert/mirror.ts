import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { MirrorChannel, Shown } from "../../platform/notify/channel.ts";
import type { Turn } from "../../platform/notify/pump.ts";
import { type GroupContent, readGroups } from "./outboxStore.ts";
import { groupsSince } from "./store.ts";

/** Milliseconds for which the end of a group is shown again: the other clock may be behind ours. */
const ENDED_MS = 5 * 60_000;
/** Times in a row that the other side may refuse what it is shown; then that is left until all is shown again. */
const MAXIMUM_REFUSALS = 4;
/** Alerts of a group that its description names; the others are counted. */
const MAXIMUM_NAMED = 20;

/**
 * What a channel that forgets still has to be shown: each group is one state, however many alerts it has. It
 * needs no table of its own: what is open is in the database, and a server that was killed begins by showing
 * all of it.
 */
export interface Mirror {
  changed(groupIds: readonly string[]): void;
  waiting(): number;
  /** Shows what comes next. */
  turn(channel: MirrorChannel, signal: AbortSignal): Promise<Turn>;
}

export function openMirror(database: Database, clock: Clock): Mirror {
  const waiting = new Set<string>();
  /** What the other side believes to last. */
  const known = new Map<string, Shown>();
  let refreshedMs: number | null = null;
  let refusals = 0;

  const refresh = async (refreshMs: number): Promise<void> => {
    const nowMs = clock();
    if (refreshedMs !== null && nowMs - refreshedMs < refreshMs) return;
    for (const id of await groupsSince(database, nowMs - ENDED_MS)) waiting.add(id);
    refreshedMs = nowMs;
  };
  const take = (id: string, shown: Shown): void => {
    if (shown.endMs === null) known.set(id, shown);
    else known.delete(id);
  };
  /** A group with other labels is another one over there; the one before is over. */
  const left = (id: string, now: Shown, nowMs: number): readonly Shown[] => {
    const before = known.get(id);
    return before === undefined || isSame(before, now) ? [] : [{ ...before, endMs: nowMs }];
  };
  return {
    changed: (groupIds) => {
      for (const id of groupIds) waiting.add(id);
    },
    waiting: () => waiting.size,
    async turn(channel, signal) {
      await refresh(channel.refreshMs);
      const ids = [...waiting].slice(0, channel.most);
      if (ids.length === 0) return { kind: "empty" };
      /* Taken out before it is read: what changes from here on waits again. */
      for (const id of ids) waiting.delete(id);
      const contents = await readGroups(database, ids).catch((fault: unknown) => {
        for (const id of ids) waiting.add(id);
        throw fault;
      });
      const nowMs = clock();
      const shown = contents.map((content) => [content.group.id, toShown(content)] as const);
      const states = shown.flatMap(([id, now]) => [...left(id, now, nowMs), now]);
      const sent = await channel.show(states, nowMs, signal);
      refusals = sent.kind === "failed" && sent.isFinal ? refusals + 1 : 0;
      if (sent.kind === "sent") for (const [id, now] of shown) take(id, now);
      else if (refusals < MAXIMUM_REFUSALS) for (const id of ids) waiting.add(id);
      return sent;
    },
  };
}

/** A group as Prometheus would have an alert; its labels say who it is. */
function toShown(content: GroupContent): Shown {
  const { group, alerts } = content;
  const by = alerts.flatMap(({ acknowledged }) => acknowledged?.by ?? []);
  return {
    labels: {
      ...group.labels,
      alertname: group.labels["alertname"] ?? kindOf(group.leader),
      source: "premortem",
      group: group.key,
      severity: group.severity,
      /* An Alertmanager tells nobody of other annotations: what is news has to be another alert. */
      revision: String(group.revision),
    },
    annotations: {
      summary: group.title,
      description: describe(content),
      ...(by.length === 0 ? {} : { acknowledged_by: [...new Set(by)].sort().join(", ") }),
    },
    startMs: group.openedMs,
    endMs: group.endedMs,
    link: group.link,
  };
}

/** What its leader says, and what else belongs to it. */
function describe({ group, alerts, alertCount }: GroupContent): string {
  const leader = alerts.find(({ key }) => key === group.leader);
  const others = alerts.filter((alert) => alert !== leader);
  const named = others.slice(0, MAXIMUM_NAMED).map(({ title }) => `- ${title}`);
  const more = alertCount - (leader === undefined ? 0 : 1) - named.length;
  const lines = [leader?.text ?? "", ...named, more > 0 ? `and ${more} more` : ""];
  return lines.filter((line) => line !== "").join("\n");
}

/** `probe` of `probe/smtp-out`. */
function kindOf(key: string): string {
  return key.split("/", 1)[0] || "premortem";
}

function isSame(one: Shown, other: Shown): boolean {
  const names = Object.keys(one.labels);
  return (
    names.length === Object.keys(other.labels).length &&
    names.every((name) => one.labels[name] === other.labels[name])
  );
}
