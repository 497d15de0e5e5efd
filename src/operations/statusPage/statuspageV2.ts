import { createHash } from "node:crypto";
import type { ComponentState, PublicComponent, PublicIncident, StatusState } from "./model.ts";
import { incidentName, indicatorOf, STATE_WORDS, STATUS_WORDS, statusNow } from "./words.ts";

/*
 * The page as Atlassian's Statuspage serves it to whoever asks (public API, version 2), so that what reads such
 * pages reads this one too.
 */

export const V2_FILES = [
  "summary.json",
  "status.json",
  "components.json",
  "incidents.json",
  "incidents/unresolved.json",
  "scheduled-maintenances.json",
] as const;
export type V2File = (typeof V2_FILES)[number];

export function statuspageV2(title: string, state: StatusState): Readonly<Record<V2File, object>> {
  const page = {
    id: idOf("page", title),
    name: title,
    /* Where it is shown is decided by whoever shows it. */
    url: "",
    time_zone: "Etc/UTC",
    updated_at: stamp(state.updatedMs),
  };
  const components = state.components.map((one, index) => componentBody(page.id, one, index + 1));
  const byName = new Map(components.map((one) => [one.name, one]));
  const incidents = state.incidents.map((one) => incidentBody(page.id, one, byName));
  const status = indicatorOf(state);
  const unresolved = incidents.filter((one) => one.status !== "resolved");
  return {
    "summary.json": {
      page,
      components,
      incidents: unresolved,
      scheduled_maintenances: [],
      status,
    },
    "status.json": { page, status },
    "components.json": { page, components },
    "incidents.json": { page, incidents },
    "incidents/unresolved.json": { page, incidents: unresolved },
    /* What is planned is told by nobody here; readers ask for it all the same. */
    "scheduled-maintenances.json": { page, scheduled_maintenances: [] },
  };
}

type ComponentBody = ReturnType<typeof componentBody>;

function componentBody(
  page_id: string,
  { name, about, state, sinceMs }: PublicComponent,
  position: number,
) {
  return {
    id: idOf("component", name),
    name,
    status: statusOf(state),
    created_at: stamp(sinceMs),
    updated_at: stamp(sinceMs),
    position,
    description: descriptionOf(about, state),
    showcase: false,
    start_date: null,
    group_id: null,
    page_id,
    group: false,
    only_show_if_degraded: false,
  };
}

/** Statuspage has no word for "nobody knows": `operational` would be a promise, so it is the next weaker one. */
function statusOf(state: ComponentState): Exclude<ComponentState, "unknown"> {
  return state === "unknown" ? "degraded_performance" : state;
}

function descriptionOf(about: string, state: ComponentState): string | null {
  const words = [about, ...(state === "unknown" ? [STATE_WORDS.unknown] : [])];
  const text = words.filter((one) => one !== "").join("; ");
  return text === "" ? null : text;
}

function incidentBody(
  page_id: string,
  incident: PublicIncident,
  components: ReadonlyMap<string, ComponentBody>,
) {
  const { number, impact, updates, beganMs } = incident;
  const id = idOf("incident", `${page_id} ${number}`);
  const [first, last] = [updates[0], updates.at(-1)];
  const firstOf = (status: string) => updates.find((one) => one.status === status)?.atMs ?? null;
  const ended = statusNow(incident) === "resolved" ? (last?.atMs ?? null) : null;
  return {
    id,
    name: incidentName(incident),
    status: statusNow(incident),
    created_at: stamp(first?.atMs ?? beganMs),
    updated_at: stamp(last?.atMs ?? beganMs),
    monitoring_at: stampOrNull(firstOf("monitoring")),
    resolved_at: stampOrNull(ended),
    impact,
    shortlink: "",
    started_at: stamp(beganMs),
    page_id,
    /* Newest first, as there. */
    incident_updates: updates
      .map(({ status, atMs }, index) => ({
        id: idOf("update", `${id} ${index}`),
        status,
        body: STATUS_WORDS[status],
        incident_id: id,
        created_at: stamp(atMs),
        updated_at: stamp(atMs),
        display_at: stamp(atMs),
        affected_components: null,
        deliver_notifications: false,
      }))
      .reverse(),
    components: incident.components.flatMap((name) => components.get(name) ?? []),
  };
}

/** Letters and digits that stay the same, and say nothing. */
function idOf(kind: string, name: string): string {
  return createHash("sha256").update(`${kind} ${name}`).digest("hex").slice(0, ID_DIGITS);
}

const ID_DIGITS = 12;

function stamp(atMs: number): string {
  return new Date(atMs).toISOString();
}

function stampOrNull(atMs: number | null): string | null {
  return atMs === null ? null : stamp(atMs);
}
