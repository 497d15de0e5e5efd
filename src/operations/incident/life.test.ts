import { expect, test } from "vitest";
import {
  addSymptom,
  beginUndo,
  close,
  cutOffUndo,
  endSymptom,
  endUndo,
  MAXIMUM_NOTES,
  note,
  openIncident,
  presentSymptoms,
  ruleTitle,
  setCause,
  titleOf,
  waitingFor,
} from "./life.ts";
import type { Incident, IncidentCause, Symptom } from "./model.ts";
import { MAXIMUM_SYMPTOMS } from "./room.ts";
import { explainedCause } from "./testing/explainedCause.ts";

const symptom = (id: string, sinceMs = 10): Symptom => ({
  id,
  sinceMs,
  text: id,
  flows: [],
  intent: null,
});
const begun = () => openIncident(1, symptom("smtp"), 12);
const texts = ({ timeline }: Incident) => timeline.map(({ text }) => text);

const CAUSE = explainedCause({
  difference: { id: "7", device: "edge", atMs: 8, by: "login ops2" },
  rules: ["inet edge forward: ip saddr 10.10.2.8/29 drop"],
  explains: ["smtp"],
});

test("an incident begins with its first symptom, or with its cause where that came before", () => {
  expect(begun().beganMs).toBe(10);
  expect(addSymptom(begun(), symptom("imap", 9), 13).beganMs).toBe(9);
  expect(setCause(begun(), CAUSE, 14).beganMs).toBe(8);
});

test("the same symptom twice is one", () => {
  const twice = addSymptom(begun(), symptom("smtp", 11), 13);
  expect(twice).toEqual(begun());
});

test("a symptom that comes back is told of, and is waited for again", () => {
  const over = endSymptom(begun(), "smtp", 20);
  const again = addSymptom(over, symptom("smtp", 21), 22);
  expect(texts(again)).toEqual(["smtp", "over: smtp", "all symptoms are over", "again: smtp"]);
  expect([over.recoveredMs, again.recoveredMs]).toEqual([20, null]);
});

test("what comes back began anew, and what was over before is not asked about again", () => {
  const two = addSymptom(begun(), symptom("imap"), 13);
  const over = endSymptom(endSymptom(two, "imap", 19), "smtp", 20);
  const again = addSymptom(over, symptom("smtp", 30), 31);
  expect(presentSymptoms(again).map(({ id, sinceMs }) => [id, sinceMs])).toEqual([["smtp", 30]]);
  expect(presentSymptoms(over)).toEqual(over.symptoms);
});

test("a symptom that speaks of more connections grows", () => {
  const flows = [{ from: "mail", to: "internet", service: "smtp" }];
  const grown = addSymptom(begun(), { ...symptom("smtp"), flows }, 13);
  expect(grown.symptoms.map((one) => one.flows)).toEqual([flows]);
});

test("it has recovered when the last symptom is over", () => {
  const two = addSymptom(begun(), symptom("imap"), 13);
  const one = endSymptom(two, "smtp", 20);
  expect([one.recoveredMs, waitingFor(one).map(({ id }) => id)]).toEqual([null, ["imap"]]);
  expect(endSymptom(one, "imap", 21).recoveredMs).toBe(21);
});

test("what still hurts keeps it open", () => {
  expect(close(begun(), "ana", 20)).toEqual(begun());
  expect(close(endSymptom(begun(), "smtp", 20), "ana", 21).status).toBe("closed");
});

test("an undo that is done leaves it recovering, one that failed leaves it open", () => {
  const undoing = beginUndo(begun(), "ana", "delete rule …", 20);
  expect(endUndo(undoing, "done", "1 rule removed", 21).status).toBe("recovering");
  expect(endUndo(undoing, "failed", "somebody else was there", 21)).toMatchObject({
    status: "open",
    undo: { state: "failed" },
  });
});

test("an undo that was cut off has failed, may be asked for again, and does not say that it was not loaded", () => {
  const cut = cutOffUndo(beginUndo(begun(), "ana", "delete rule …", 20), 30);
  expect([cut.status, cut.undo?.state]).toEqual(["open", "failed"]);
  expect(texts(cut).at(-1)).toMatch(/it is not known whether it was loaded/);
  expect(endUndo(beginUndo(cut, "ana", "delete rule …", 40), "done", "", 41).status).toBe(
    "recovering",
  );
  expect(cutOffUndo(begun(), 30)).toEqual(begun());
});

test("the same cause again is no news", () => {
  const known = setCause(begun(), CAUSE, 14);
  expect(texts(setCause(known, { ...CAUSE, explains: ["smtp", "imap"] }, 15))).toEqual(
    texts(known),
  );
  expect(texts(setCause(known, { kind: "notByRules", ruledOut: [] }, 15)).at(-1)).toBe(
    "not explained by any difference of a ruleset",
  );
});

test("what spoke against a cause goes on doing so where nobody remembers it, and not against another", () => {
  const doubtful = setCause(begun(), { ...CAUSE, contradicted: ["a → b, smtp"] }, 14);
  const ofCause = (cause: IncidentCause) => {
    const next = setCause(doubtful, cause, 15).cause;
    return next?.kind === "explained" ? next.contradicted : null;
  };
  expect(ofCause(CAUSE)).toEqual(["a → b, smtp"]);
  expect(ofCause({ ...CAUSE, contradicted: ["a → b, smtp", "a → c, smtp"] })).toHaveLength(2);
  expect(ofCause({ ...CAUSE, difference: { ...CAUSE.difference, id: "8" } })).toEqual([]);
});

test("its title says what hurts most now, and where the cause lies", () => {
  const two = addSymptom(begun(), symptom("imap"), 13);
  expect(titleOf(two)).toBe("smtp, and 1 more");
  expect(titleOf(setCause(endSymptom(two, "smtp", 20), CAUSE, 21))).toBe(
    "imap, since edge: inet edge forward: ip saddr 10.10.2.8/29 drop, by login ops2",
  );
});

test("its title names no rule of a load of which none does it alone, and says of one that it went", () => {
  const titleWith = (added: readonly string[], removed: readonly string[]) =>
    ruleTitle({ rules: [], difference: { ...CAUSE.difference, added, removed } });
  expect(titleWith(["a", "b", "and 49 more"], ["c"])).toBe(
    "edge: a load of 52 lines, by login ops2",
  );
  expect(titleWith([], ["c"])).toBe("edge: removed: c, by login ops2");
});

test("its title names the rule that came with a table or a chain of its own", () => {
  const titleWith = (...added: readonly string[]) =>
    ruleTitle({ rules: [], difference: { ...CAUSE.difference, added } });
  const hook = "inet host out: type filter hook output priority filter; policy accept;";
  expect(
    titleWith("table inet host", "chain inet host out", hook, "inet host out: tcp dport 25 drop"),
  ).toBe("edge: inet host out: tcp dport 25 drop, by login ops2");
  expect(titleWith("inet edge forward: jump x", "chain inet edge x", "inet edge x: drop")).toBe(
    "edge: inet edge forward: jump x and 1 more, by login ops2",
  );
  const policy = "inet host in: type filter hook input priority filter; policy drop;";
  expect(titleWith("table inet host", "chain inet host in", policy)).toBe(
    `edge: ${policy}, by login ops2`,
  );
});

test("a storm fills neither symptoms nor notes, and both say that there is more", () => {
  let incident = begun();
  for (let i = 0; i < 2 * MAXIMUM_SYMPTOMS; i++)
    incident = addSymptom(incident, symptom(`s${i}`), 13);
  expect(incident.symptoms.length).toBe(MAXIMUM_SYMPTOMS);
  expect(texts(incident).at(-1)).toBe("there are more symptoms than are listed here");
  for (let i = 0; i < 2 * MAXIMUM_NOTES; i++) incident = note(incident, 14, `n${i}`);
  expect(incident.timeline.length).toBe(MAXIMUM_NOTES + 1);
  expect(texts(incident).at(-1)).toBe("there is more than is listed here");
});

const evidence = (id: string, sinceMs = 10): Symptom => ({
  ...symptom(id, sinceMs),
  weight: "evidence",
});

function full(of: (id: string) => Symptom): Incident {
  let incident = openIncident(1, of("0"), 12);
  for (let i = 1; i < MAXIMUM_SYMPTOMS; i++) incident = addSymptom(incident, of(String(i)), 12);
  return incident;
}

const idsOf = ({ symptoms }: Incident) => symptoms.map(({ id }) => id);
const broken = (id: string): Symptom => ({ ...symptom(id), intent: { device: "fw", id } });

test("an intent that breaks has a place among dead servers, and so has a probe", () => {
  const withBoth = addSymptom(addSymptom(full(evidence), broken("i"), 20), symptom("probe/p"), 21);
  expect([withBoth.symptoms.length, idsOf(withBoth).slice(-2)]).toEqual([
    MAXIMUM_SYMPTOMS,
    ["i", "probe/p"],
  ]);
  expect(idsOf(withBoth)[0]).toBe("2");
});

test("what is over leaves first, and what is worth more stays", () => {
  const over = endSymptom(full(symptom), "7", 15);
  expect(idsOf(addSymptom(over, symptom("new"), 20))).not.toContain("7");
  expect(idsOf(addSymptom(over, evidence("new"), 20))).not.toContain("new");
  expect(idsOf(addSymptom(full(broken), symptom("probe/p"), 20))).not.toContain("probe/p");
});

test("an incident rests while some server of the world is dead", () => {
  const incident = addSymptom(begun(), evidence("peer"), 13);
  const over = endSymptom(incident, "smtp", 20);
  expect([over.recoveredMs, waitingFor(over)]).toEqual([20, []]);
  expect(endSymptom(over, "peer", 30).recoveredMs).toBe(20);
});

test("where there is only evidence, what the cause explains is waited for", () => {
  const incident = addSymptom(openIncident(1, evidence("smtp"), 12), evidence("peer"), 13);
  expect(waitingFor(incident)).toHaveLength(2);
  expect(waitingFor(setCause(incident, CAUSE, 14)).map(({ id }) => id)).toEqual(["smtp"]);
});

test("evidence that became a sign is one", () => {
  const incident = addSymptom(openIncident(1, evidence("names"), 12), symptom("names"), 13);
  expect(incident.symptoms[0]).not.toHaveProperty("weight");
});

const complaints = (sinceMs: number, text = "complaints"): Symptom => ({
  ...symptom("desk/surge", sinceMs),
  text,
  weight: "hearsay",
});

test("people complain on when all is over: what they say of an outage is not waited for", () => {
  const incident = addSymptom(begun(), complaints(15), 15);
  expect(waitingFor(incident).map(({ id }) => id)).toEqual(["smtp"]);
  const over = endSymptom(incident, "smtp", 20);
  expect([over.recoveredMs, waitingFor(over)]).toEqual([20, []]);
});

test("complaints of an outage that is over join it, and begin nothing anew", () => {
  const over = endSymptom(begun(), "smtp", 20);
  const late = addSymptom(over, complaints(25), 25);
  expect([late.recoveredMs, texts(late).at(-1)]).toEqual([20, "complaints"]);
  expect(titleOf(late)).toBe(
    titleOf(endSymptom(addSymptom(begun(), complaints(15), 15), "smtp", 20)),
  );
});

test("complaints that came first are waited for, whatever else comes and goes", () => {
  const first = openIncident(1, complaints(5), 6);
  expect(waitingFor(first)).toHaveLength(1);
  const flapped = endSymptom(addSymptom(first, symptom("smtp"), 12), "smtp", 20);
  expect([flapped.recoveredMs, waitingFor(flapped).length]).toEqual([null, 1]);
  expect(endSymptom(flapped, "desk/surge", 40).recoveredMs).toBe(40);
});

test("complaints that come again after all was over are an outage where there was nothing else", () => {
  const over = endSymptom(openIncident(1, complaints(5), 6), "desk/surge", 20);
  expect(addSymptom(over, complaints(25), 25).recoveredMs).toBeNull();
});

test("more complaints are one symptom, which says how many they are now", () => {
  const few = addSymptom(begun(), complaints(15, "4 complaints"), 15);
  const many = addSymptom(few, complaints(15, "40 complaints"), 16);
  expect(many.symptoms.map(({ text }) => text)).toEqual(["smtp", "40 complaints"]);
  expect(texts(many)).toEqual(texts(few));
});
