import type { Sighting } from "../model.ts";
import type { Filter, LogEvent, Trouble } from "./events.ts";
import { flowsOf, type LogHost } from "./tie.ts";

/** Milliseconds without such a line after which a symptom is over: retries of a queue come within a minute. */
const QUIET_MS = 90_000;
/** Characters of a line that are repeated. */
const MAXIMUM_REASON = 200;

/** What a line means for people; null: nothing is wrong. */
export function sightingOf(
  event: LogEvent,
  host: LogHost,
  monitor: string,
  atMs: number,
): Sighting | null {
  if (event.kind !== "trouble" && event.kind !== "deferred") return null;
  const { trouble, reason } = event;
  if (trouble.kind === "other") return null;
  if (trouble.kind === "filter" && trouble.at === null && !isNeeded(trouble.filter, host))
    return null;
  const flows = flowsOf(trouble, host);
  const weight = isOfTheWorld(trouble, host) ? ({ weight: "evidence" } as const) : {};
  return {
    ...weight,
    key: keyOf(monitor, trouble),
    kind: "log",
    monitor,
    device: host.device,
    atMs,
    text: `${host.device}: ${wordsOf(trouble)} (${reason.slice(0, MAXIMUM_REASON)})`,
    flows,
    quietMs: QUIET_MS,
  };
}

/** Only the answer of a filter is seen, and nothing of the configuration asks one over the network. */
function isNeeded(filter: Filter, { needs, unknown }: LogHost): boolean {
  return [...needs, ...unknown].some(({ kind }) => kind === filter);
}

/**
 * A server or a name of somebody else: some are dead at any time. So are answers of a filter that was reached: a mail
 * can make it fail.
 */
function isOfTheWorld(trouble: Trouble, { needs, resolved }: LogHost): boolean {
  if (trouble.kind === "names") return true;
  if (trouble.kind === "filter") return trouble.at === null;
  if (trouble.kind !== "peer") return false;
  const { host, address } = trouble.peer;
  const isMeant = (name: string) => name === host || name === address;
  return !needs.some((need) => isMeant(need.host) || (resolved.get(need.host) ?? []).some(isMeant));
}

/** One symptom for each thing that is missed, however many lines tell of it. */
export function keyOf(monitor: string, trouble: Trouble): string {
  return `${monitor}/${nameOf(trouble)}`;
}

function nameOf(trouble: Trouble): string {
  switch (trouble.kind) {
    case "database":
      return `database/${trouble.program}`;
    case "peer":
      return `peer/${trouble.peer.address ?? trouble.peer.host}/${trouble.peer.port}`;
    case "filter":
      return `filter/${trouble.at ?? trouble.filter}`;
    default:
      return trouble.kind;
  }
}

function wordsOf(trouble: Trouble): string {
  switch (trouble.kind) {
    case "database":
      return `${trouble.program === "postfix" ? "Postfix" : "Dovecot"} cannot ask its database of users`;
    case "names":
      return "names cannot be looked up";
    case "peer":
      return `${trouble.peer.host} cannot be reached on port ${trouble.peer.port}`;
    case "login":
      return "people cannot log in to hand mail in";
    case "delivery":
      return "mail cannot be put into mailboxes";
    case "filter":
      return `${FILTERS[trouble.filter]} cannot be asked, and mail is not taken without it`;
    case "other":
      return "mail waits";
  }
}

const FILTERS: Readonly<Record<Filter, string>> = {
  milter: "a milter",
  policy: "a policy service",
  filter: "the content filter",
};
