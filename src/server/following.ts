import { type Actions, openActions } from "../operations/action/service.ts";
import { ACTION_MIGRATIONS } from "../operations/action/store.ts";
import type { Alerts } from "../operations/alert/service.ts";
import type { Audit } from "../operations/audit/service.ts";
import type { Standing } from "../operations/audit/standing.ts";
import type { Drills } from "../operations/drill/service.ts";
import { openHelpDesk } from "../operations/helpDesk/service.ts";
import type { Incidents } from "../operations/incident/service.ts";
import type { Inventory } from "../operations/inventory/service.ts";
import type { Monitors } from "../operations/monitor/service.ts";
import { readPlaybooks } from "../operations/playbook/files.ts";
import { openPlaybooks, type Playbooks } from "../operations/playbook/service.ts";
import { PLAYBOOK_MIGRATIONS } from "../operations/playbook/store.ts";
import type { Probes } from "../operations/probe/service.ts";
import { openStatusPages, STATUS_PAGE_MIGRATIONS } from "../operations/statusPage/service.ts";
import type { Trail } from "../operations/trail/service.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/db/database.ts";
import type { Feed } from "./events.ts";

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Trail;
  /** Path of `premortem.yaml`. */
  readonly networkFile: string;
  readonly inventory: Inventory;
  readonly audit: Audit;
  readonly monitors: Monitors;
  readonly probes: Probes;
  readonly alerts: Alerts;
  readonly incidents: Incidents;
  readonly standing: (device: string) => Promise<Standing>;
  readonly drills: Pick<Drills, "lastScores">;
  readonly onFault: (fault: unknown) => void;
}

/** Tables of what follows an incident. */
export const FOLLOWING_MIGRATIONS = [
  PLAYBOOK_MIGRATIONS,
  ACTION_MIGRATIONS,
  STATUS_PAGE_MIGRATIONS,
];

/** What follows an incident: a part of `wire.ts`, of which the parts know nothing. */
export function openFollowing(parts: Parts, feed: Feed) {
  const { inventory, audit, monitors, probes, alerts, networkFile, clock } = parts;
  const playbooks = openPlaybooks({
    ...parts,
    network: inventory.network,
    readShelf: (network) => readPlaybooks(networkFile, network),
    probe: (name) => probes.run(name),
    pull: (device) => inventory.pull(device),
    raise: (raised) => alerts.raise(raised),
    blind: () => [
      ...[...audit.states()].flatMap(([device, { kind }]) => (kind === "blind" ? [device] : [])),
      ...monitors.states().flatMap((one) => (one.state === "blind" ? [one.monitor] : [])),
    ],
  });
  inventory.events.subscribe((event) => {
    if (event.kind === "networkRead") playbooks.use(event.network);
  });
  const actions = openActions({
    ...parts,
    network: inventory.network,
    watched: () => audit.states(),
    probes: () => probes.states(),
    drillScores: parts.drills.lastScores,
  });
  const statusPages = openStatusPages({
    ...parts,
    network: inventory.network,
    watched: () => audit.states(),
    probes: () => probes.states(),
  });
  const helpDesk = openHelpDesk({
    ...parts,
    statusPages,
    devices: () => [...inventory.network().devices.keys()],
    watched: () => audit.states(),
  });
  const publish = () => void statusPages.update().catch(parts.onFault);
  parts.incidents.events.subscribe(publish);
  probes.changes.subscribe(publish);
  parts.incidents.events.subscribe(({ kind, incident }) => {
    if (kind === "recovered" || kind === "closed") actions.propose(incident).catch(parts.onFault);
  });
  tellFollowing(feed, clock, playbooks, actions);
  helpDesk.events.subscribe(({ by, atMs }) =>
    feed.publish({
      topic: "helpDesk",
      subject: "help-desk/surge",
      kind: "surge",
      text: `${by} of the help desk says that many call`,
      atMs,
    }),
  );
  return {
    playbooks,
    actions,
    statusPages,
    helpDesk,
    /** Tells of what the clock has brought; never rejects. */
    round: async () => {
      for (const work of [() => playbooks.tick(), () => actions.round(), statusPages.update])
        await work().catch(parts.onFault);
    },
    resume: () => playbooks.resume(),
    settled: async () => {
      await Promise.all([playbooks.settled(), actions.settled(), statusPages.settled()]);
    },
  };
}

function tellFollowing(feed: Feed, clock: Clock, playbooks: Playbooks, actions: Actions): void {
  playbooks.events.subscribe((event) => {
    const [subject, text] =
      event.kind === "read"
        ? [`playbook/${event.playbook}`, `${event.login} has read the playbook ${event.playbook}`]
        : [`incident/${event.run.incident}`, event.text];
    feed.publish({ topic: "playbook", subject, kind: event.kind, text, atMs: clock() });
  });
  actions.events.subscribe(({ kind, action: { id, text } }) =>
    feed.publish({
      topic: "action",
      subject: `action/${id}`,
      kind,
      text: `action ${id} ${kind}: ${text}`,
      atMs: clock(),
    }),
  );
}
