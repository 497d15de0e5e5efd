import { openAccounts } from "../operations/access/accounts.ts";
import { BREAK_GLASS, openBreakGlass } from "../operations/access/breakGlass.ts";
import { openPasswordLogin } from "../operations/access/passwordLogin.ts";
import { openAccess } from "../operations/access/service.ts";
import { openPeopleSessions } from "../operations/access/sessions.ts";
import { channelsOf } from "../operations/alert/channelsOf.ts";
import { openAlerts } from "../operations/alert/service.ts";
import { ALERT_MIGRATIONS } from "../operations/alert/store.ts";
import { systemCheckTime } from "../operations/apply/checkTime.ts";
import { helpBack, helpedText } from "../operations/apply/helpBack.ts";
import type { ApplyNews, Arms, Recovery } from "../operations/apply/options.ts";
import { openQueues, runOn } from "../operations/apply/queues.ts";
import { probesOf, recoveryOf } from "../operations/apply/senses.ts";
import { openApplies } from "../operations/apply/service.ts";
import { APPLY_MIGRATIONS } from "../operations/apply/store.ts";
import { openAudit } from "../operations/audit/service.ts";
import { openStanding } from "../operations/audit/standing.ts";
import { AUDIT_MIGRATIONS } from "../operations/audit/store.ts";
import { openAdoptions } from "../operations/change/adoption.ts";
import type { Prover } from "../operations/change/prover.ts";
import { type ChangeEvent, openChanges } from "../operations/change/service.ts";
import { CHANGE_MIGRATIONS } from "../operations/change/store.ts";
import { pagersOf } from "../operations/escalation/pager.ts";
import { openEscalations } from "../operations/escalation/service.ts";
import { subjectsOf } from "../operations/escalation/subjects.ts";
import { ESCALATION_MIGRATIONS } from "../operations/escalation/tables.ts";
import { openHistory } from "../operations/history/service.ts";
import { HISTORY_MIGRATIONS } from "../operations/history/store.ts";
import { feel } from "../operations/incident/felt.ts";
import { openReverts, type RevertNews, type Reverts } from "../operations/incident/revertDrift.ts";
import { type Incidents, openIncidents } from "../operations/incident/service.ts";
import { INCIDENT_MIGRATIONS } from "../operations/incident/store.ts";
import { refuseWhileApplying } from "../operations/incident/takeBack.ts";
import type { Reach } from "../operations/inventory/model.ts";
import { type BadNetworkFile, openInventory } from "../operations/inventory/service.ts";
import { INVENTORY_MIGRATIONS } from "../operations/inventory/store.ts";
import type { MonitorEvent } from "../operations/monitor/model.ts";
import { openMonitors } from "../operations/monitor/service.ts";
import { MONITOR_MIGRATIONS } from "../operations/monitor/store.ts";
import { openProbes } from "../operations/probe/service.ts";
import { openReviews } from "../operations/review/service.ts";
import { REVIEW_MIGRATIONS } from "../operations/review/store.ts";
import { openTrail } from "../operations/trail/service.ts";
import { TRAIL_MIGRATIONS } from "../operations/trail/store.ts";
import { openPasswords } from "../platform/auth/password.ts";
import { openSessions } from "../platform/auth/sessions.ts";
import { AUTH_MIGRATIONS } from "../platform/auth/store.ts";
import { openTokens } from "../platform/auth/tokens.ts";
import { openChannel } from "../platform/channel.ts";
import { type Clock, systemWait } from "../platform/clock.ts";
import type { Database } from "../platform/db/database.ts";
import type { DatabaseFault } from "../platform/db/fault.ts";
import { migrate } from "../platform/db/migrate.ts";
import type { Transport } from "../platform/transport/transport.ts";
import { raiseAlarms } from "./alarms.ts";
import { tellBreakGlass } from "./breakGlassAlarm.ts";
import { openFeed } from "./events.ts";
import { FOLLOWING_MIGRATIONS, openFollowing } from "./following.ts";
import { LEARNING_MIGRATIONS, openLearning } from "./learning.ts";
import { recordNetwork } from "./networkRecord.ts";
import { tellNews } from "./news.ts";
import { tellOwnApart } from "./ownLoads.ts";
import { openReload } from "./reload.ts";
import { openRounds } from "./rounds.ts";
import { settle } from "./settle.ts";

/** What a server is made from. */
export interface ServiceSettings {
  readonly database: Database;
  /** Path of `premortem.yaml`. */
  readonly networkFile: string;
  readonly clock: Clock;
  readonly version: string;
  /** Text of `premortem-device.sh`. */
  readonly devicePart: string;
  /** Names this run of the server: numbers of news begin anew with it. */
  readonly run: string;
  readonly onFault: (fault: unknown) => void;
  /** Folder of drills. */
  readonly drills: string;
  /** Whoever comes may be anybody of the network file; default: false. */
  readonly isDemo?: boolean;
  /** Another way to reach devices, for tests. */
  readonly openTransport?: (reach: Reach) => Transport;
  /** Where changes are proved; default: on the server's own thread. */
  readonly prove?: Prover;
}

/** Tables of all that takes part, in the order in which they refer to each other. */
const MIGRATIONS = [
  AUTH_MIGRATIONS,
  TRAIL_MIGRATIONS,
  INVENTORY_MIGRATIONS,
  CHANGE_MIGRATIONS,
  REVIEW_MIGRATIONS,
  APPLY_MIGRATIONS,
  AUDIT_MIGRATIONS,
  MONITOR_MIGRATIONS,
  ALERT_MIGRATIONS,
  INCIDENT_MIGRATIONS,
  ...FOLLOWING_MIGRATIONS,
  HISTORY_MIGRATIONS,
  ...LEARNING_MIGRATIONS,
  ESCALATION_MIGRATIONS,
];

export type Service = Exclude<
  Awaited<ReturnType<typeof openService>>,
  BadNetworkFile | DatabaseFault
>;

/** Puts the parts together: each hears of the others here, and knows none of those behind it. */
export async function openService(settings: ServiceSettings) {
  const { database, networkFile, clock, onFault, openTransport } = settings;
  const migrated = await migrate(database, MIGRATIONS);
  if ("kind" in migrated) return migrated;
  const trail = openTrail({ database });
  const inventory = openInventory({
    database,
    clock,
    trail,
    networkFile,
    onFault,
    ...(openTransport === undefined ? {} : { openTransport }),
  });
  if (inventory.kind === "badFile") return inventory;
  const { network, transportOf } = inventory;
  const access = openAccess({ tokens: openTokens(database, clock), trail, clock, network });
  const sessions = openPeopleSessions({
    sessions: openSessions(database, clock),
    trail,
    clock,
    network,
    isDemo: settings.isDemo ?? false,
  });
  const passwords = openPasswords();
  const people = { database, clock, trail, network, passwords, sessions };
  const breakGlass = openBreakGlass({
    ...people,
    endSessions: (by) => sessions.endAll(BREAK_GLASS, "newSecret", by),
  });
  const tellEmergency = () => tellBreakGlass(alerts, sessions).catch(onFault);
  const passwordLogin = openPasswordLogin({ ...people, breakGlass, onBreakGlass: tellEmergency });
  const accounts = openAccounts({ ...people, passwordLogin });
  const common = { database, clock, trail, devices: inventory };
  const proving = settings.prove === undefined ? {} : { prove: settings.prove };
  const changeEvents = openChannel<ChangeEvent>(onFault);
  const adoptions = openAdoptions(common);
  const changes = openChanges({ ...common, ...proving, events: changeEvents });
  const reviews = openReviews({ database, clock, trail, changes, onFault });
  const probes = openProbes({
    network: network(),
    transportOf,
    clock,
    random: Math.random,
    onFault,
  });
  const applyNews = openChannel<ApplyNews>(onFault);
  /* What a load needs that a device takes back by itself. */
  const arms: Arms = {
    database,
    clock,
    devicePart: settings.devicePart,
    deviceFolder: (name) => network().devices.get(name)?.records ?? "",
    probes: probesOf(probes),
    time: systemCheckTime,
  };
  const steps = () => recoveryOf(network());
  const queues = openQueues({
    commands: () => steps().commands,
    run: (device, command) => runOn(inventory, device, command),
    onFault,
  });
  const closing = new AbortController();
  const recovery: Recovery = { flush: queues.flush, probes: () => steps().probes };
  const applies = openApplies({
    ...common,
    ...proving,
    ...arms,
    changes,
    events: applyNews,
    taken: async (device) => reverts.taken(device),
    onFault,
    recovery,
  });
  const watched = { database, clock, network, transportOf, onFault };
  const audit = openAudit({
    ...watched,
    trail,
    wait: systemWait,
    baselineOf: (device) => inventory.baselineSnapshot(device),
    snapshotOf: (hash) => inventory.snapshotOf(hash),
    keep: (snapshot) => inventory.keep(snapshot),
  });
  /* What runs has to be the work of one alone: whoever reads it back asks whether it is his. */
  const applying = async (device: string) => {
    const apply = await applies.underWay(device);
    return apply === null ? null : refuseWhileApplying(apply, device);
  };
  const incidents = openIncidents({
    ...watched,
    ...arms,
    differencesSince: (atMs) => audit.since(atMs),
    difference: (id) => audit.find(id),
    isSeen: (device) => audit.states().get(device)?.kind === "watching",
    snapshotOf: (hash) => inventory.snapshotOf(hash),
    taken: async (device) => (await applying(device)) ?? reverts.taken(device),
    attribute: audit.attribute,
    record: (event, transaction) => trail.append(event, transaction),
    recover: async () =>
      helpedText(await helpBack({ ...arms, recovery }, recovery.probes(), closing.signal)),
  });
  const revertNews = openChannel<RevertNews>(onFault);
  const reverts: Reverts = openReverts({
    ...arms,
    devices: inventory,
    trail,
    taken: applying,
    attribute: audit.attribute,
    events: revertNews,
    onFault,
  });
  const monitors = openMonitors(watched);
  const history = openHistory({ database, clock, views: () => monitors.states(), onFault });
  const alerts = openAlerts({
    database,
    clock,
    trail,
    channels: () => channelsOf(network().notify, clock),
    random: Math.random,
    onFault,
  });
  const escalations = openEscalations({
    database,
    clock,
    trail,
    network,
    subjects: async () => subjectsOf(await incidents.open(), await alerts.unresolved()),
    alerts,
    pagers: () => pagersOf(network().notify, clock),
    random: Math.random,
    onFault,
  });
  const feed = openFeed(settings.run, onFault);
  const parts = { inventory, changes, applies, audit, incidents, probes, monitors, alerts };
  tellNews(feed, clock, { ...parts, reviews, escalations, changeEvents, applyNews, revertNews });
  const alarms = raiseAlarms(alerts, { ...parts, network, applyNews }, onFault);
  const standing = openStanding({
    network,
    states: () => audit.states(),
    snapshotOf: (hash) => inventory.snapshotOf(hash),
  });
  const learning = openLearning({ ...watched, ...parts, trail, drills: settings.drills }, feed);
  const { drills } = learning;
  const following = openFollowing(
    { ...watched, ...parts, trail, networkFile, standing, drills },
    feed,
  );
  const rounds = openRounds(async () => {
    await settle({ ...parts, network, clock }).catch(onFault);
    for (const device of network().devices.keys()) await applies.endStuck(device).catch(onFault);
    await alarms.reconcile();
    await following.round();
    await escalations.look();
    await tellEmergency();
  }, onFault);

  /* What runs is judged against the newest baseline, and our own applies are told apart. */
  inventory.events.subscribe((event) => {
    if (event.kind !== "baselineAdopted") return;
    audit.rebase(event.baseline.device).catch(onFault);
    applies.endStuck(event.baseline.device).catch(onFault);
  });
  const own = tellOwnApart(audit, applyNews);
  /* Who is called follows from what is there: from a cause that is found as well. */
  incidents.events.subscribe(() => void escalations.look());
  alerts.events.subscribe(({ alert }) => {
    if (/^(?:blind|incident)\//.test(alert.key)) void escalations.look();
  });
  /* "Not explained by any difference" is worth as much as the last look at the devices. */
  incidents.events.subscribe(({ kind }) => {
    if (kind === "opened") audit.lookNow();
  });
  /* Incidents live from what is proved of devices, and from what is felt. */
  audit.events.subscribe((event) => {
    const told =
      event.kind === "difference"
        ? incidents.differenceSeen()
        : incidents.drifted(event.device, event.state);
    told.catch(onFault);
  });
  audit.events.subscribe((event) => {
    if (event.kind === "difference")
      monitors.changed(event.difference.device, event.difference.atMs);
  });
  monitors.events.subscribe((event) => {
    const told = feelMonitor(incidents, event);
    told?.catch(onFault);
  });
  probes.results.subscribe((result) => {
    history.keep(result).catch(onFault);
    const felt = feel(result);
    if (felt.kind === "symptom") incidents.symptom(felt.symptom).catch(onFault);
    if (felt.kind !== "well") return;
    for (const wellness of felt.wellness) incidents.well(wellness);
    incidents.symptomOver(felt.id).catch(onFault);
  });

  return {
    kind: "service" as const,
    version: settings.version,
    clock,
    access,
    sessions,
    passwordLogin,
    accounts,
    breakGlass,
    trail,
    ...parts,
    playbooks: following.playbooks,
    ...learning,
    actions: following.actions,
    statusPages: following.statusPages,
    helpDesk: following.helpDesk,
    reverts,
    adoptions,
    history,
    escalations,
    reviews,
    standing,
    reload: openReload({ ...parts, trail, clock, rounds }),
    feed,
    /** Sets right what was told of what is over, and what is there and was not told. */
    round: () => rounds.now(),
    /** Takes up what a server before has left, and begins to look. */
    async start(): Promise<void> {
      /* What is not on the trail is not used. */
      await recordNetwork(trail, network(), clock());
      alerts.start();
      /* What is loaded from here on is ours, as it was before: not of whoever is logged in. */
      for (const { id, order } of await applies.resume())
        own({ applyId: id, ...order, isAlone: order.isAlone ?? false });
      await reverts.resume();
      await incidents.resume();
      await following.resume();
      await Promise.all([...network().devices.keys()].map((name) => audit.start(name)));
      probes.start();
      monitors.start();
      history.start();
      escalations.start();
      rounds.start();
    },
    /** Lets what is under way come to a place from which it can be taken up again. */
    async close(): Promise<void> {
      closing.abort();
      /* One that cannot close must not keep the others open. */
      for (const close of [
        () => rounds.stop(),
        () => Promise.all([applies.close(), reverts.close()]),
        () => queues.stop(),
        () => Promise.all([probes.stop(), monitors.stop()]),
        () => history.stop(),
        /* An undo is seen to its end while its device is still watched; the last words of the audit come behind it. */
        () => incidents.settled(),
        () => audit.close(),
        () => following.settled(),
        () => incidents.settled(),
        () => escalations.close(),
        () => alerts.close(),
        () => inventory.close(),
      ])
        await close().catch(onFault);
    },
  };
}

/** Null: it says nothing of what hurts. */
function feelMonitor(incidents: Incidents, event: MonitorEvent): Promise<void> | null {
  switch (event.kind) {
    case "began":
    case "grew": {
      const { id, sinceMs, text, flows, weight } = event.symptom;
      const worth = weight === undefined ? {} : { weight };
      return incidents.symptom({ id, sinceMs, text, flows, ...worth, intent: null });
    }
    case "ended":
      return incidents.symptomOver(event.symptom.id);
    case "well":
      for (const flow of event.flows)
        incidents.well({ ...flow, atMs: event.atMs, endMs: event.atMs });
      return null;
    case "blind":
    case "seeing":
      return null;
  }
}
