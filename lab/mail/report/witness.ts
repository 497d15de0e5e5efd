import { setTimeout as pause } from "node:timers/promises";
import { incident as incidentBody } from "../../../src/server/contract/incident.ts";
import { putRule } from "../hand.ts";
import type { LoadCount } from "../mailCount.ts";
import type { RulePosition } from "../ruleset.ts";
import { type Complaints, complaintProblems, complaintsSince, isSurge } from "./complaints.ts";
import {
  draftOf,
  type Incident,
  incidentOf,
  isIncident,
  pathOf,
  symptomText,
} from "./incidents.ts";
import type { Rig } from "./rig.ts";
import { lostMails, RECOVERY_MS, TOLD_MS, underLoad } from "./scene.ts";
import type { Delivered, Sender } from "./sender.ts";
import type { Heard, LabServer } from "./server.ts";
import { type HelpDesk, openHelpDesk } from "./tickets.ts";

/** Longer, and mail of the outage might be lost; users complain within a quarter of it. */
const LONGEST_OUTAGE_MS = 60_000;

export interface WitnessOptions {
  readonly position: RulePosition;
  /** Milliseconds that the rule stays, after which a person undoes it. */
  readonly outageMs: number;
  /** It stays until more users complain than usual, though at most a minute: on a busy machine they are slow. */
  readonly untilSurge?: boolean;
}

/** A rule that was put in by hand, as premortem saw it. Times are milliseconds. */
export interface WitnessResult {
  readonly kind: "witness";
  readonly position: RulePosition;
  readonly ruleMs: number;
  /** Since the rule: the difference is told, the incident opened, its cause told. */
  readonly differenceMs: number | null;
  readonly openedMs: number | null;
  readonly causeMs: number | null;
  readonly rules: readonly string[];
  readonly by: string | null;
  /** Symptoms in words. */
  readonly explains: readonly string[];
  readonly unexplained: readonly string[];
  readonly contradicted: readonly string[];
  /** From the request to undo until the rule is out, and what was said of it. */
  readonly undoMs: number;
  readonly undoText: string;
  /** Since the rule: undone, and all symptoms over. */
  readonly undoneMs: number;
  readonly recoveredMs: number | null;
  /** A mail that was begun right after the undo. */
  readonly delivered: Delivered;
  readonly postmortem: string | null;
  readonly complaints: Complaints;
  readonly load: LoadCount;
  readonly problems: readonly string[];
}

/** Puts the rule in by hand, waits for what is told of it, and has it undone. */
export async function witness(rig: Rig, options: WitnessOptions): Promise<WitnessResult> {
  const { position } = options;
  const desk = openHelpDesk(rig.lab, rig.server.url);
  const played = await underLoad(rig, (sender) => watchRule(rig, options, sender, desk)).finally(
    () => desk.close(),
  );
  const result = { kind: "witness", position, ...played } as const;
  return { ...result, problems: problemsOf(result) };
}

async function watchRule(
  { lab, server }: Rig,
  { position, outageMs, untilSurge }: WitnessOptions,
  sender: Sender,
  desk: HelpDesk,
) {
  const ruleMs = await putRule(lab, position);
  const told = await toldSince(server, ruleMs);
  await pause(Math.max(0, ruleMs + outageMs - Date.now()));
  if (untilSurge === true) await server.await(ruleMs, isSurge, LONGEST_OUTAGE_MS);
  const undoing = await undo(server, told.cause);
  const delivered = await sender.send(RECOVERY_MS);
  const undoText = await undoing.answered;
  const recovered = await server.await(ruleMs, isIncident("recovered"), RECOVERY_MS);
  const since = (heard: Heard | null) => (heard === null ? null : heard.heardMs - ruleMs);
  const found = await incidentOf(server, told.cause);
  return {
    ruleMs,
    differenceMs: since(told.difference),
    openedMs: since(told.opened),
    causeMs: since(told.cause),
    ...causeOf(found),
    undoMs: undoing.undoneMs - undoing.beganMs,
    undoText,
    undoneMs: undoing.undoneMs - ruleMs,
    recoveredMs: since(recovered),
    delivered,
    postmortem: found === null ? null : await draftOf(server, found),
    complaints: await complaintsSince(desk, server, ruleMs, found),
  };
}

async function toldSince(server: LabServer, ruleMs: number) {
  const [difference, opened, cause] = await Promise.all([
    server.await(ruleMs, ({ topic, kind }) => topic === "difference" && kind === "breaks", TOLD_MS),
    server.await(ruleMs, isIncident("opened"), TOLD_MS),
    server.await(ruleMs, isIncident("causeFound"), TOLD_MS),
  ]);
  return { difference, opened, cause };
}

/** Goes on as soon as the rule is out: the answer comes when services were helped back, too. */
async function undo(server: LabServer, cause: Heard | null) {
  if (cause === null) throw new Error("no cause was told: there is nothing to undo");
  const beganMs = Date.now();
  const answered = server
    .ask("ana", "POST", `${pathOf(cause)}/undo`, incidentBody)
    .then((incident) => incident.undo?.text ?? "");
  const undone = await Promise.race([
    server.await(beganMs, isIncident("undone"), RECOVERY_MS),
    answered.then(() => null),
  ]);
  return { beganMs, undoneMs: undone?.heardMs ?? Date.now(), answered };
}

function causeOf(incident: Incident | null) {
  const cause = incident?.cause?.kind === "explained" ? incident.cause : null;
  const textOf = (id: string) => (incident === null ? id : symptomText(incident, id));
  return {
    rules: cause?.rules ?? [],
    by: cause?.difference.by ?? null,
    explains: (cause?.explains ?? []).map(textOf),
    unexplained: (cause?.unexplained ?? []).map(textOf),
    contradicted: cause?.contradicted ?? [],
  };
}

/** What should have been otherwise. */
function problemsOf(result: Omit<WitnessResult, "problems">): readonly string[] {
  const { causeMs, rules, explains, contradicted, delivered, recoveredMs, load } = result;
  const databaseMatters = result.position !== "wan";
  return [
    ...(causeMs === null ? ["no cause was told"] : []),
    ...(rules.length === 1 ? [] : [`${rules.length} rules are named instead of one`]),
    ...(databaseMatters && !explains.some((text) => text.includes("database"))
      ? ["the database errors are not explained"]
      : []),
    ...contradicted.map((flow) => `said to work all the same: ${flow}`),
    ...(delivered.arrivedMs === null
      ? [`a mail begun right after the undo did not arrive: ${delivered.error ?? "no error"}`]
      : []),
    ...(recoveredMs === null ? ["symptoms are not over"] : []),
    ...complaintProblems(result.complaints, causeMs),
    ...lostMails(load),
  ];
}
