import { setTimeout as pause } from "node:timers/promises";
import { differences } from "../../../src/server/contract/device.ts";
import { dropMailOutside, passMailOutside, plugMail, unplugMail } from "../controls.ts";
import { startDatabase, stopDatabase } from "../database.ts";
import type { MailLab } from "../folder.ts";
import { fix, putHarmlessRule } from "../hand.ts";
import type { LoadCount } from "../mailCount.ts";
import {
  closeEarlier,
  type Incident,
  incidentsSince,
  isIncident,
  symptomText,
} from "./incidents.ts";
import type { Rig } from "./rig.ts";
import { lostMails, RECOVERY_MS, TOLD_MS, underLoad } from "./scene.ts";

/** Outages that no rule has caused. */
export const CONTROLS = ["database", "provider", "unplugged"] as const;
export type ControlName = (typeof CONTROLS)[number];

interface Fault {
  readonly title: string;
  readonly begin: (lab: MailLab) => Promise<void>;
  readonly end: (lab: MailLab) => Promise<void>;
}

export const FAULTS: Readonly<Record<ControlName, Fault>> = {
  database: { title: "PostgreSQL is stopped", begin: stopDatabase, end: startDatabase },
  provider: {
    title: "the internet side drops port 25",
    begin: dropMailOutside,
    end: passMailOutside,
  },
  unplugged: { title: "the first mail host is unplugged", begin: unplugMail, end: plugMail },
};

/** Milliseconds between the harmless rule and the outage. */
const BETWEEN_MS = 2_000;
/** Milliseconds that the outage lasts, so that everything is felt that can be. */
const OUTAGE_MS = 20_000;

/** What was said of an outage that no rule has caused. */
export interface ControlResult {
  readonly kind: "control";
  readonly control: ControlName;
  /** Of the harmless rule: what it means to packets, and since the rule. */
  readonly meaning: string | null;
  readonly meaningMs: number | null;
  /** Since the outage: an incident opened, and the answer on its cause. */
  readonly openedMs: number | null;
  readonly answeredMs: number | null;
  /** `notByRules`, as it should be. */
  readonly answer: string | null;
  readonly ruledOut: readonly string[];
  readonly evidence: readonly string[];
  readonly recoveredMs: number | null;
  readonly load: LoadCount;
  readonly problems: readonly string[];
}

/** A harmless rule is put in, and in the same minute something else breaks. */
export async function control(rig: Rig, which: ControlName): Promise<ControlResult> {
  const played = await underLoad(rig, () => breakElsewhere(rig, which));
  const result = { kind: "control", control: which, ...played } as const;
  return { ...result, problems: problemsOf(result, rig.lab.plan.firewall.harmlessComment) };
}

async function breakElsewhere({ lab, server }: Rig, which: ControlName) {
  const { harmlessComment } = lab.plan.firewall;
  const { begin, end } = FAULTS[which];
  const ruleMs = await putHarmlessRule(lab);
  const told = await server.await(ruleMs, ({ topic }) => topic === "difference", TOLD_MS);
  await pause(BETWEEN_MS);
  await closeEarlier(server);
  const beganMs = Date.now();
  await begin(lab);
  const opened = await server.await(beganMs, isIncident("opened"), TOLD_MS);
  const answered = await server.await(beganMs, isIncident("causeFound"), TOLD_MS);
  await pause(Math.max(0, beganMs + OUTAGE_MS - Date.now()));
  const [incident] = await incidentsSince(server, beganMs);
  const path = `/v1/differences?since=${ruleMs - 1}`;
  const seen = await server.ask("eva", "GET", path, differences);
  const endedMs = Date.now();
  await end(lab);
  const recovered = await server.await(endedMs, isIncident("recovered"), RECOVERY_MS);
  await fix(lab);
  return {
    /* A link that goes down is a difference as well. */
    meaning: seen.differences.find(isOf(harmlessComment))?.meaning ?? null,
    meaningMs: told === null ? null : told.heardMs - ruleMs,
    openedMs: opened === null ? null : opened.heardMs - beganMs,
    answeredMs: answered === null ? null : answered.heardMs - beganMs,
    answer: incident?.cause?.kind ?? null,
    ruledOut: (incident?.cause?.ruledOut ?? []).flatMap(({ added, removed }) => [
      ...added.map((rule) => `+ ${rule}`),
      ...removed.map((rule) => `- ${rule}`),
    ]),
    evidence: incident === undefined ? [] : evidenceOf(incident),
    recoveredMs: recovered === null ? null : recovered.heardMs - endedMs,
  };
}

function isOf(comment: string) {
  return ({ added }: { readonly added: readonly string[] }): boolean =>
    added.some((rule) => rule.includes(comment));
}

function evidenceOf(incident: Incident): readonly string[] {
  return incident.symptoms.map(({ id }) => symptomText(incident, id));
}

function problemsOf(result: Omit<ControlResult, "problems">, harmless: string): readonly string[] {
  const { meaning, answer, ruledOut, openedMs, recoveredMs, load } = result;
  return [
    ...(meaning === "harmless" ? [] : [`the harmless rule is called ${meaning ?? "nothing"}`]),
    ...(openedMs === null ? ["no incident was opened"] : []),
    ...(answer === "notByRules" ? [] : [`the answer is ${answer ?? "none"}`]),
    ...(ruledOut.some((rule) => rule.includes(harmless))
      ? []
      : ["the harmless rule is not said to be ruled out"]),
    ...(recoveredMs === null ? ["symptoms are not over"] : []),
    ...lostMails(load),
  ];
}
