/** A page, and what it shows first. */
export interface FirstAsks {
  /** As the router has it: a segment that begins with `$` is any one. */
  readonly path: string;
  /** Its file below `pages/`, without an ending; null: every page brings it. */
  readonly page: string | null;
  /** Asked of the API beside who looks at it. */
  readonly asks: readonly string[];
}

/** Asked by each page. */
export const ASKED_ALWAYS = "/v1/session";

/**
 * What browsers are told to fetch with the page itself: one that asks only once its code has run waits three times,
 * for the code, for who looks, and for what is shown. `vite.config.ts` makes `firsts.json` of it, which the server reads.
 */
export const FIRST_ASKS: readonly FirstAsks[] = [
  { path: "/", page: null, asks: ["/v1/status"] },
  { path: "/changes", page: "changes/ChangesPage", asks: ["/v1/changes?limit=100"] },
  { path: "/changes/new", page: "editor/EditorPage", asks: ["/v1/devices"] },
  {
    path: "/changes/$id",
    page: "changes/ChangePage",
    asks: ["/v1/changes/$id", "/v1/changes/$id/proof"],
  },
  { path: "/devices", page: "devices/DevicesPage", asks: ["/v1/devices"] },
  { path: "/devices/$name", page: "devices/DevicePage", asks: ["/v1/devices"] },
  { path: "/playbooks", page: "playbooks/PlaybooksPage", asks: ["/v1/playbooks"] },
  { path: "/playbooks/$name", page: "playbooks/PlaybookPage", asks: ["/v1/playbooks/$name"] },
  { path: "/help-desk", page: "helpDesk/HelpDeskPage", asks: ["/v1/help-desk"] },
  { path: "/actions", page: "actions/ActionsPage", asks: ["/v1/actions?limit=100"] },
  { path: "/training", page: "training/TrainingPage", asks: ["/v1/training", "/v1/drills"] },
  { path: "/training/$run", page: "training/DrillPage", asks: ["/v1/drill-runs/$run"] },
  { path: "/people", page: "people/PeoplePage", asks: ["/v1/on-call", "/v1/network"] },
  { path: "/trace", page: "trace/TracePage", asks: ["/v1/devices"] },
  { path: "/services", page: "services/ServicesPage", asks: ["/v1/status"] },
  { path: "/incidents", page: "incidents/IncidentsPage", asks: ["/v1/incidents?limit=50"] },
  { path: "/incidents/$id", page: "incidents/IncidentPage", asks: ["/v1/incidents/$id"] },
  {
    path: "/incidents/$id/postmortem",
    page: "incidents/PostmortemPage",
    asks: ["/v1/incidents/$id/postmortem"],
  },
];
