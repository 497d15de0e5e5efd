import { notSeenTexts } from "./doubts.ts";
import { REMOVED } from "./edits.ts";
import { isEvidence } from "./evidence.ts";
import { isEcho, isHearsay } from "./hearsay.ts";
import type {
  Incident,
  IncidentCause,
  IncidentSymptom,
  IncidentUndo,
  Symptom,
  ToldDifference,
} from "./model.ts";
import { withRoomFor } from "./room.ts";
import { ruleLines } from "./ruleLines.ts";
import { TURNS } from "./turns.ts";

/*
 * The life of an incident. Each function gives the incident as it is then, with what a reader of its
 * timeline has to know; nothing here reads a clock or stores anything.
 */

/** Notes of one timeline: a storm must not fill the store. */
export const MAXIMUM_NOTES = 500;

export function openIncident(id: number, symptom: Symptom, atMs: number): Incident {
  const incident: Incident = {
    id,
    status: "open",
    openedMs: atMs,
    beganMs: Math.min(symptom.sinceMs, atMs),
    symptoms: [],
    cause: null,
    undo: null,
    recoveredMs: null,
    againMs: null,
    timeline: [],
  };
  return addSymptom(incident, symptom, atMs);
}

/** One that is there again is one symptom, not two. */
export function addSymptom(incident: Incident, symptom: Symptom, atMs: number): Incident {
  const known = incident.symptoms.find(({ id }) => id === symptom.id);
  if (known === undefined) {
    const others = withRoomFor(incident.symptoms, symptom);
    const isFull = others === null || others.length < incident.symptoms.length;
    const told = isFull
      ? noteOnce(incident, atMs, "there are more symptoms than are listed here")
      : incident;
    if (others === null) return told;
    const symptoms = [...others, { ...symptom, endedMs: null }];
    const beganMs = Math.min(incident.beganMs, symptom.sinceMs);
    const next = { ...told, symptoms, beganMs };
    /* Who complains of what is over begins nothing anew. */
    const recoveredMs = isEcho(next, symptom) ? next.recoveredMs : null;
    return note({ ...next, recoveredMs }, symptom.sinceMs, symptom.text);
  }
  if (known.endedMs === null) return grown(incident, known, symptom);
  /* It began anew: what came in between may be its cause, and what was before need not be. */
  const symptoms = replaced(incident, { ...symptom, endedMs: null });
  const againMs = incident.recoveredMs === null ? incident.againMs : symptom.sinceMs;
  const back = { ...incident, symptoms, recoveredMs: null, againMs };
  return note(back, atMs, `again: ${symptom.text}`);
}

/** A symptom that speaks of more connections, louder or otherwise than before; the same incident where it does not. */
function grown(incident: Incident, known: IncidentSymptom, symptom: Symptom): Incident {
  const names = new Set(known.flows.map((flow) => JSON.stringify(flow)));
  const more = symptom.flows.filter((flow) => !names.has(JSON.stringify(flow)));
  const isLouder = known.weight !== undefined && symptom.weight === undefined;
  const isSaidAgain = isHearsay(symptom) && symptom.text !== known.text;
  if (more.length === 0 && !isLouder && !isSaidAgain) return incident;
  const { weight, ...rest } = known;
  const worth = isLouder || weight === undefined ? {} : { weight };
  const text = isLouder || isSaidAgain ? symptom.text : known.text;
  const next = { ...rest, ...worth, text, flows: [...known.flows, ...more] };
  return { ...incident, symptoms: replaced(incident, next) };
}

/** Symptoms that have one cause: not those that were over before something hurt again. */
export function presentSymptoms({ symptoms, againMs }: Incident): readonly IncidentSymptom[] {
  return symptoms.filter(
    ({ endedMs }) => endedMs === null || againMs === null || endedMs > againMs,
  );
}

export function endSymptom(incident: Incident, id: string, atMs: number): Incident {
  const known = incident.symptoms.find((one) => one.id === id);
  if (known === undefined || known.endedMs !== null) return incident;
  const symptoms = replaced(incident, { ...known, endedMs: atMs });
  const ended = note({ ...incident, symptoms }, atMs, `over: ${known.text}`);
  if (waitingFor(ended).length > 0 || incident.recoveredMs !== null) return ended;
  return note({ ...ended, recoveredMs: atMs }, atMs, "all symptoms are over");
}

/** What is still there. */
export function stillThere({ symptoms }: Incident): readonly IncidentSymptom[] {
  return symptoms.filter(({ endedMs }) => endedMs === null);
}

/**
 * What has to end. What people say of it is not waited for, since they say it for long after. Evidence is waited for only where there is nothing else, and a difference explains it: some
 * server of the world is dead at any time, and an incident would never rest.
 */
export function waitingFor(incident: Incident): readonly IncidentSymptom[] {
  const { symptoms, cause } = incident;
  const there = stillThere(incident);
  if (!symptoms.every(isEvidence))
    return there.filter((one) => !isEvidence(one) && !isEcho(incident, one));
  if (cause?.kind !== "explained") return there;
  return there.filter(({ id }) => cause.explains.includes(id));
}

function replaced({ symptoms }: Incident, next: IncidentSymptom): readonly IncidentSymptom[] {
  return symptoms.map((one) => (one.id === next.id ? next : one));
}

/** Notes what is known of the cause; the timeline tells of it where the answer is another one. */
export function setCause(incident: Incident, found: IncidentCause, atMs: number): Incident {
  const { cause: before } = incident;
  const cause = withDoubtsOf(before, found);
  const next = { ...incident, cause, beganMs: begin(incident, cause) };
  return before !== null && verdictOf(before) === verdictOf(cause)
    ? next
    : note(next, atMs, causeText(cause));
}

/**
 * What spoke against a difference goes on doing so: connections that worked are known to this run of the server
 * alone, and only the last of them.
 */
function withDoubtsOf(before: IncidentCause | null, found: IncidentCause): IncidentCause {
  if (before?.kind !== "explained" || found.kind !== "explained") return found;
  if (before.difference.id !== found.difference.id) return found;
  const contradicted = [...new Set([...before.contradicted, ...found.contradicted])];
  return { ...found, contradicted };
}

function begin({ beganMs }: Incident, cause: IncidentCause): number {
  return cause.kind === "explained" ? Math.min(beganMs, cause.difference.atMs) : beganMs;
}

function verdictOf(cause: IncidentCause): string {
  switch (cause.kind) {
    case "explained":
      return `explained ${[cause.difference, ...othersLeft(cause)].map(({ id }) => id).join(" ")}`;
    case "notByRules":
      return cause.kind;
    case "unclear":
      return `unclear ${cause.notSeen.join(" ")}`;
  }
}

/** What has to go beside the cause, and is still there. */
export function othersLeft({ others }: Pick<Explained, "others">): readonly ToldDifference[] {
  return others.flatMap(({ difference, isTakenBack }) => (isTakenBack ? [] : [difference]));
}

type Explained = Extract<IncidentCause, { kind: "explained" }>;

function causeText(cause: IncidentCause): string {
  switch (cause.kind) {
    case "explained":
      return [cause.difference, ...othersLeft(cause)]
        .map(
          (one, place) =>
            `${place === 0 ? TURNS.causeNamed : "and as well"}: ${differenceText(one)}`,
        )
        .join("; ");
    case "notByRules":
      return "not explained by any difference of a ruleset";
    case "unclear":
      return unclearText(cause);
  }
}

function unclearText({ candidates, reasons, notExamined, notSeen }: Unclear): string {
  const isAllRuledOut = candidates.length === 0 && notExamined === 0;
  return [
    isAllRuledOut
      ? "no difference that was seen is the cause"
      : "no difference is proved to be the cause, and some cannot be ruled out",
    ...reasons,
    ...notSeenTexts(notSeen),
  ].join("; ");
}

type Unclear = Extract<IncidentCause, { kind: "unclear" }>;

/** `edge, inet edge forward: + ip saddr 10.10.2.8/29 drop; by …`. */
export function differenceText({ device, added, removed, by }: ToldDifference): string {
  const rules = [...added.map((rule) => `+ ${rule}`), ...removed.map((rule) => `- ${rule}`)];
  return `${device}: ${rules.join("; ") || "the same rules"}; by ${by}`;
}

export function beginUndo(incident: Incident, by: string, script: string, atMs: number): Incident {
  const undo: IncidentUndo = { by, atMs, script, state: "begun", text: "" };
  return note({ ...incident, undo }, atMs, `${by} undoes the cause`);
}

export function endUndo(
  incident: Incident,
  state: "done" | "failed",
  text: string,
  atMs: number,
): Incident {
  const { undo } = incident;
  if (undo === null || undo.state !== "begun") return incident;
  const status = state === "done" ? "recovering" : incident.status;
  return note(
    { ...incident, status, undo: { ...undo, state, text } },
    atMs,
    `${state === "done" ? TURNS.undone : TURNS.undoFailed}${text}`,
  );
}

/** An undo that a server before has begun and did not come to the end of; it may be asked for again. */
export function cutOffUndo(incident: Incident, atMs: number): Incident {
  return endUndo(
    incident,
    "failed",
    "it is not known whether it was loaded: look at what runs",
    atMs,
  );
}

/** Closes an incident of which nothing is left; what still hurts keeps it open. */
export function close(incident: Incident, by: string, atMs: number): Incident {
  if (incident.status === "closed" || waitingFor(incident).length > 0) return incident;
  return note({ ...incident, status: "closed" }, atMs, `${TURNS.closed}${by}`);
}

/** Adds what somebody has to say. */
export function note(incident: Incident, atMs: number, text: string): Incident {
  const { timeline } = incident;
  if (timeline.length > MAXIMUM_NOTES) return incident;
  const said = timeline.length === MAXIMUM_NOTES ? "there is more than is listed here" : text;
  return { ...incident, timeline: [...timeline, { atMs, text: said }] };
}

function noteOnce(incident: Incident, atMs: number, text: string): Incident {
  return incident.timeline.some((one) => one.text === text) ? incident : note(incident, atMs, text);
}

/** Whether the last intent that was broken holds again, without an undo, which helps mail and users by itself. */
export function isHealed(before: Incident, after: Incident): boolean {
  const areBroken = (incident: Incident) =>
    waitingFor(incident).some(({ intent }) => intent !== null);
  return areBroken(before) && !areBroken(after) && after.undo?.state !== "done";
}

/** The incident in one line, for whoever is woken by it. */
export function titleOf(incident: Incident): string {
  const { cause, symptoms } = incident;
  const waiting = waitingFor(incident);
  const [first, ...others] = (waiting.length > 0 ? waiting : symptoms).map(({ text }) => text);
  const what = `${first ?? "nothing is known yet"}${others.length === 0 ? "" : `, and ${others.length} more`}`;
  return cause?.kind === "explained" ? `${what}, since ${ruleTitle(cause)}` : what;
}

/** Rules that are named although none does it alone: together they are what somebody did. */
const MAXIMUM_NAMED_TOGETHER = 3;

/** `fw: inet edge forward: ip saddr 10.10.2.8/29 drop, by netops (likely)`. */
export function ruleTitle({ rules, difference }: Pick<Explained, "rules" | "difference">): string {
  const { device, added, removed, by } = difference;
  const all = [...added, ...removed.map((rule) => `${REMOVED}${rule}`)];
  const few = [...ruleLines(added), ...ruleLines(removed).map((rule) => `${REMOVED}${rule}`)];
  const isNamed = few.length > 0 && few.length <= MAXIMUM_NAMED_TOGETHER;
  const named = rules.length > 0 ? rules : isNamed ? few : all;
  const [first = "the same rules in another order", ...more] = named;
  if (named === all && all.length > 1)
    return `${device}: a load of ${lineCount(added) + lineCount(removed)} lines, by ${by}`;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return `${device}: ${first}${others}, by ${by}`;
}

/** Of long lists the last line says how many more there are. */
function lineCount(lines: readonly string[]): number {
  const [, more] = /^and (\d+) more$/.exec(lines.at(-1) ?? "") ?? [];
  return more === undefined ? lines.length : lines.length - 1 + Number(more);
}
