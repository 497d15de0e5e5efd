import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Database } from "../../../platform/db/database.ts";
import { testDatabase } from "../../../platform/db/testing/testDatabase.ts";
import type { Received } from "../../../platform/notify/testing/receiver.ts";
import { type Alerts, openAlerts } from "../../alert/service.ts";
import { ALERT_MIGRATIONS } from "../../alert/store.ts";
import type { Network } from "../../inventory/model.ts";
import { parseNetwork } from "../../inventory/networkFile.ts";
import { openTrail, type Trail } from "../../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../../trail/store.ts";
import type { Subject } from "../model.ts";
import { pagersOf } from "../pager.ts";
import { type Escalations, openEscalations } from "../service.ts";
import { ESCALATION_MIGRATIONS } from "../tables.ts";

/** Ana's week of network operations begins on Monday, 2 March 2026, at nine in Vienna. */
export const START_MS = Date.parse("2026-03-02T12:00:00+01:00");

const PEOPLE = `
people:
  ana: { name: Ana, roles: [operator] }
  bob: { name: Bob, roles: [approver] }
  vera: { name: Vera, roles: [viewer] }
  mia: { name: Mia, roles: [viewer] }
teams:
  mail: { name: Mail, members: [mia, vera] }
`;

const POLICIES = `
on-call:
  network: { time-zone: Europe/Vienna, rotation: [ana, bob], start: 2026-03-02 }
escalation:
  rules:
    when: rule
    steps:
      - { notify: "on-call:network", wait: 5m }
      - { notify: [bob, "on-call:network"], wait: 10m }
  mail:
    when: [mail, any]
    repeat: 1
    steps: [{ notify: "team:mail", wait: 5m }]
`;

export const MAIL: Subject = {
  key: "incident/1",
  incident: 1,
  kinds: ["mail", "any"],
  title: "incident 1: no mail leaves",
  text: "mail is deferred",
  inHand: null,
};
export const RULE: Subject = {
  ...MAIL,
  kinds: ["rule", "mail", "any"],
  title: "incident 1: a rule",
};

/** A network with these policies, whose webhook is at an address. */
export function callingNetwork(url: string, policies = POLICIES): Network {
  const { network, diagnostics } = parseNetwork("premortem.yaml", callingText(url, policies));
  if (network === null || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return network;
}

/** The text of its file. */
export function callingText(url: string, policies = POLICIES): string {
  const notify = `notify: { webhook: { url: "${url}", secret-file: ${secretFile()} } }`;
  return `devices: {}\nzones: {}\n${PEOPLE}${policies}\n${notify}\n`;
}

export interface Calling {
  readonly escalations: Escalations;
  readonly alerts: Alerts;
  readonly trail: Trail;
  /** Moves the clock on, and looks. */
  pass(ms: number): Promise<void>;
  /** What somebody has to come for from now on. */
  see(...subjects: readonly Subject[]): Promise<void>;
}

export async function callDatabase(): Promise<Database> {
  return (await testDatabase(TRAIL_MIGRATIONS, ALERT_MIGRATIONS, ESCALATION_MIGRATIONS)).database;
}

/** Escalations on a clock of their own; alerts are told nobody. */
export function openCalling(
  database: Database,
  network: () => Network,
  startMs = START_MS,
): Calling {
  let nowMs = startMs;
  let subjects: readonly Subject[] = [];
  const clock = () => nowMs;
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const trail = openTrail({ database });
  const common = { database, clock, trail, random: () => 0, onFault };
  const alerts = openAlerts({ ...common, channels: () => [] });
  const escalations = openEscalations({
    ...common,
    network,
    subjects: async () => subjects,
    alerts,
    pagers: () => pagersOf(network().notify, clock),
  });
  onTestFinished(async () => {
    await escalations.close();
    await alerts.close();
  });
  const look = async () => {
    await escalations.look();
    await escalations.flushed();
  };
  return {
    escalations,
    alerts,
    trail,
    async pass(ms) {
      nowMs += ms;
      await look();
    },
    async see(...seen) {
      subjects = seen;
      await look();
    },
  };
}

/** Whom a message calls: `step 1: ana`. */
export function calledBy({ body }: Received): string {
  const { call } = JSON.parse(body);
  return `step ${call.step}: ${call.person.login}`;
}

function secretFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-escalation-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "secret");
  writeFileSync(path, "a secret\n");
  return path;
}
