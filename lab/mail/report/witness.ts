import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import {
  incident as incidentBody,
  incidents,
  postmortem,
} from "../../../src/server/contract/incident.ts";
import { putRule, type RulePosition } from "../hand.ts";
import { settleLoad, startLoad } from "../load.ts";
import type { LoadCount } from "../mailCount.ts";
import type { Rig } from "./rig.ts";
import { type Delivered, openSender } from "./sender.ts";
import type { Heard, LabServer } from "./server.ts";

export type Incident = z.infer<typeof incidentBody>;

export const LOAD_RATE = 5;
/** Seconds after which a load ends that nobody stopped. */
export const LONGEST_LOAD_S = 600;
/** Milliseconds of load before anything happens. */
export const WARM_UP_MS = 3_000;
/** Milliseconds until something is told that should come within a second. */
const TOLD_MS = 30_000;
/** Milliseconds in which everything is as it was, after the rule is gone. */
const RECOVERY_MS = 120_000;
/** Milliseconds until mails of the outage have arrived: Postfix waits half a minute with what it deferred. */
export const SETTLE_MS = 120_000;

export interface WitnessOptions {
  readonly position: RulePosition;
  /** Milliseconds that the rule stays, after which a person undoes it. */
  readonly outageMs: number;
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
  /** From the request to undo to its answer, and what it said. */
  readonly undoMs: number;
  readonly undoText: string;
  /** Since the rule: undone, and all symptoms over. */
  readonly undoneMs: number;
  readonly recoveredMs: number | null;
  /** A mail that was begun right after the undo. */
  readonly delivered: Delivered | null;
  readonly load: LoadCount;
  readonly postmortem: string | null;
  readonly problems: readonly string[];
}

/** Puts the rule in by hand, waits for what is told of it, and has it undone. */
export async function witness(
  { lab, server }: Rig,
  { position, outageMs }: WitnessOptions,
): Promise<WitnessResult> {
  const sender = openSender(lab);
  const load = startLoad(lab, { seconds: LONGEST_LOAD_S, rate: LOAD_RATE });
  try {
    const loadMs = Date.now();
    await pause(WARM_UP_MS);
    const ruleMs = await putRule(lab, position);
    const told = await toldSince(server, ruleMs);
    await pause(Math.max(0, ruleMs + outageMs - Date.now()));
    const undoing = await undo(server, told.cause);
    const delivered = await sender.send(RECOVERY_MS);
    const undone = await undoing.answered;
    const recovered = await server.await(ruleMs, isIncident("recovered"), RECOVERY_MS);
    await load.stop();
    const count = await settleLoad(lab, SETTLE_MS, loadMs);
    const since = (heard: Heard | null) => (heard === null ? null : heard.heardMs - ruleMs);
    const found = await incidentOf(server, told.cause);
    const result = {
      kind: "witness",
      position,
      ruleMs,
      differenceMs: since(told.difference),
      openedMs: since(told.opened),
      causeMs: since(told.cause),
      ...causeOf(found),
      undoMs: undoing.undoneMs - undoing.beganMs,
      undoText: undone,
      undoneMs: undoing.undoneMs - ruleMs,
      recoveredMs: since(recovered),
      delivered,
      load: count,
      postmortem: found === null ? null : await draft(server, found),
    } as const;
    return { ...result, problems: problemsOf(result) };
  } finally {
    await Promise.all([load.stop(), sender.close()]);
  }
}

async function toldSince(server: LabServer, ruleMs: number) {
  const [difference, opened, cause] = await Promise.all([
    server.await(ruleMs, ({ topic, kind }) => topic === "difference" && kind === "breaks", TOLD_MS),
    server.await(ruleMs, isIncident("opened"), TOLD_MS),
    server.await(ruleMs, isIncident("causeFound"), TOLD_MS),
  ]);
  return { difference, opened, cause };
}

export function isIncident(wanted: string) {
  return ({ topic, kind }: Heard) => topic === "incident" && kind === wanted;
}

/** Goes on as soon as the rule is out: the answer comes when services were helped back, too. */
async function undo(server: LabServer, cause: Heard | null) {
  if (cause === null) throw new Error("no cause was told: there is nothing to undo");
  const beganMs = Date.now();
  const path = `/v1/${pathOf(cause)}/undo`;
  const answered = server
    .ask("ana", "POST", path, incidentBody)
    .then((incident) => incident.undo?.text ?? "");
  const undone = await Promise.race([
    server.await(beganMs, isIncident("undone"), RECOVERY_MS),
    answered.then(() => null),
  ]);
  return { beganMs, undoneMs: undone?.heardMs ?? Date.now(), answered };
}

/** `incident/3` is at `incidents/3`. */
function pathOf({ subject }: Heard): string {
  return subject.replace("incident/", "incidents/");
}

async function incidentOf(server: LabServer, cause: Heard | null): Promise<Incident | null> {
  return cause === null ? null : server.ask("eva", "GET", `/v1/${pathOf(cause)}`, incidentBody);
}

/** What is open now, or was. */
export async function listIncidents(server: LabServer): Promise<readonly Incident[]> {
  return (await server.ask("eva", "GET", "/v1/incidents", incidents)).incidents;
}

async function draft(server: LabServer, { id }: Incident): Promise<string> {
  return (await server.ask("eva", "GET", `/v1/incidents/${id}/postmortem`, postmortem)).markdown;
}

function causeOf(incident: Incident | null) {
  const cause = incident?.cause?.kind === "explained" ? incident.cause : null;
  const textOf = (id: string) => incident?.symptoms.find((one) => one.id === id)?.text ?? id;
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
  const lost = [...load.out.missing, ...load.in.missing].length;
  return [
    ...(causeMs === null ? ["no cause was told"] : []),
    ...(rules.length === 1 ? [] : [`${rules.length} rules are named instead of one`]),
    ...(databaseMatters && !explains.some((text) => text.includes("database"))
      ? ["the database errors are not explained"]
      : []),
    ...contradicted.map((flow) => `said to work all the same: ${flow}`),
    ...(delivered !== null && delivered.arrivedMs === null
      ? [`a mail begun right after the undo did not arrive: ${delivered.error ?? "no error"}`]
      : []),
    ...(recoveredMs === null ? ["symptoms are not over"] : []),
    ...(lost > 0 ? [`${lost} mails are lost`] : []),
  ];
}
