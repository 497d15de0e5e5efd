import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiFault } from "./client.ts";

/** How this page hears of news; `sinceMs`: since when what it shows may be old. */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "stale"; readonly sinceMs: number };

/** What each topic of news makes old. All of a key's queries are asked again where they are shown. */
const STALE_BY_TOPIC: Readonly<Record<string, readonly string[]>> = {
  change: ["status", "changes", "trail", "trace"],
  apply: ["status", "changes", "applies"],
  revert: ["status", "devices"],
  device: ["status", "devices", "intents", "trace"],
  difference: ["status", "devices", "differences", "intents", "trace"],
  escalation: ["escalations", "onCall"],
  action: ["actions"],
  training: ["training"],
  drill: ["drills", "training"],
  playbook: ["playbooks", "incidents"],
  incident: ["status", "incidents", "helpDesk"],
  alert: ["status", "alerts"],
  probe: ["status", "probes"],
  symptom: ["status", "helpDesk"],
  helpDesk: ["status", "helpDesk"],
  monitor: ["status"],
};
/** Milliseconds in which news are gathered: an outage brings dozens at once. */
const GATHER_MS = 150;
/** Milliseconds until a page that has just come asks once more: at once, it would be drawn twice. */
const FIRST_LOOK_MS = 3_000;
/** Milliseconds until it is tried again where the browser has given up: it does so at any answer but 200. */
const RETRY_MS = 3_000;

/** Listens to the server's news for whoever is logged in, and has what they make old asked again. */
export function useNews(login: string): Link {
  const client = useQueryClient();
  const [link, setLink] = useState<Link>({ kind: "connecting" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person has rights of their own
  useEffect(() => listen(client, setLink), [client, login]);
  return link;
}

function listen(client: QueryClient, tell: (link: Link) => void): () => void {
  const gathered = gather(client);
  /* Told once for each break: what comes later does not make it begin later. */
  let isStale = false;
  const beStale = () => {
    if (isStale) return;
    isStale = true;
    tell({ kind: "stale", sinceMs: lastAnswerMs(client) });
  };
  let isFirst = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const askAll = () => void client.invalidateQueries();
  /* After a break anything may have happened; before the first greeting, what fell between an answer and it. */
  const beLive = () => {
    isStale = false;
    tell({ kind: "live" });
    clearTimeout(timer);
    if (isFirst) timer = setTimeout(askAll, FIRST_LOOK_MS);
    else askAll();
    isFirst = false;
  };
  const end = openSource({ onLive: beLive, onBreak: beStale, onTopic: gathered.add }, () =>
    client.invalidateQueries({ queryKey: ["session"] }),
  );
  /* A line that is dead without a word: what is asked by the clock finds out. */
  const forget = client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated") return;
    const { action } = event;
    if (action.type === "failed" && isUnreachable(action.error)) beStale();
    if (action.type === "success" && isStale && end.isOpen()) beLive();
  });
  return () => {
    clearTimeout(timer);
    gathered.end();
    end.close();
    forget();
  };
}

interface Listener {
  readonly onLive: () => void;
  readonly onBreak: () => void;
  readonly onTopic: (keys: readonly string[]) => void;
}

/** A stream of news that comes back whatever ends it. `onShut`: the server has answered with a refusal. */
function openSource(
  { onLive, onBreak, onTopic }: Listener,
  onShut: () => void,
): { readonly isOpen: () => boolean; readonly close: () => void } {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource("/v1/events");
    source.addEventListener("hello", onLive);
    source.addEventListener("missed", onLive);
    for (const [topic, keys] of Object.entries(STALE_BY_TOPIC))
      source.addEventListener(topic, () => onTopic(keys));
    source.onerror = () => {
      onBreak();
      if (source.readyState !== EventSource.CLOSED) return;
      onShut();
      timer = setTimeout(open, RETRY_MS);
    };
  };
  open();
  return {
    isOpen: () => source.readyState === EventSource.OPEN,
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}

function gather(client: QueryClient) {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const key of waiting) void client.invalidateQueries({ queryKey: [key] });
    waiting.clear();
  };
  return {
    add(keys: readonly string[]) {
      for (const key of keys) waiting.add(key);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    end: () => clearTimeout(timer),
  };
}

/** When the server last said anything: what stands on the page is at least of then. */
function lastAnswerMs(client: QueryClient): number {
  const times = client
    .getQueryCache()
    .getAll()
    .map(({ state }) => state.dataUpdatedAt);
  return Math.max(...times);
}

function isUnreachable(fault: unknown): boolean {
  return fault instanceof ApiFault && fault.code === "unreachable";
}
