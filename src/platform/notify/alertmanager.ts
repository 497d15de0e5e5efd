import type { MirrorChannel, Shown } from "./channel.ts";
import { post } from "./post.ts";

/** Milliseconds after which everything is shown again. */
const REFRESH_MS = 60_000;
/** Milliseconds that a state is believed without being shown again: three times are missed before it is over. */
const VALID_MS = 3 * REFRESH_MS + 15_000;
/** States of one request: with the longest texts it stays well below a megabyte. */
const MAXIMUM_STATES = 100;

/**
 * Shows states to an Alertmanager (API v2). What lasts is given an end in the future, so that it is over there
 * by itself if nobody is left to say so.
 */
export function alertmanager({ url }: { readonly url: string }): MirrorChannel {
  const address = `${url.replace(/\/+$/, "")}/api/v2/alerts`;
  return {
    kind: "mirror",
    name: "alertmanager",
    refreshMs: REFRESH_MS,
    most: MAXIMUM_STATES,
    show: (states, nowMs, signal) =>
      post({
        url: address,
        body: JSON.stringify(states.map((state) => toAlert(state, nowMs))),
        signal,
      }),
  };
}

function toAlert({ labels, annotations, startMs, endMs, link }: Shown, nowMs: number) {
  return {
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [toLabelName(name), value]),
    ),
    annotations,
    startsAt: new Date(startMs).toISOString(),
    /* An end before the start is refused. */
    endsAt: new Date(endMs === null ? nowMs + VALID_MS : Math.max(endMs, startMs)).toISOString(),
    ...(link === null ? {} : { generatorURL: link }),
  };
}

/** Prometheus knows letters, digits and underscores alone in a name, and no digit at its beginning. */
function toLabelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d|$)/, "_");
}
