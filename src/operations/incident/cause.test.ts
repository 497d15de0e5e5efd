import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Device } from "../../engine/device/device.ts";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { findCause, mayHoldCause } from "./cause.ts";
import type { CauseAnswer, ObservedDifference, Symptom, SymptomFlow, Wellness } from "./model.ts";

const EDGE = readFileSync("examples/mail/edge.nft", "utf8");
const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));

function edge(...rules: readonly string[]): Device {
  const commands = rules.map((rule) => `insert rule inet edge forward ${rule}\n`);
  const files = new Map([["edge", `${EDGE}\n${commands.join("")}`]]);
  const { device, refused } = readDevice({ files, roots: ["edge"] });
  expect(refused).toEqual([]);
  return device;
}

/** A rule put in at a moment. */
function difference(id: string, atMs: number, rule: string): ObservedDifference {
  return {
    id,
    device: "edge",
    atMs,
    before: edge(),
    after: edge(rule),
    meaning: "moves",
    readWhole: { before: true, after: true },
    broken: [],
    doubtful: [],
    repaired: [],
  };
}

const flow = (from: string, to: string, service: string): SymptomFlow => ({ from, to, service });
const MAIL_OUT = flow("mail-servers", "internet", "smtp");
const DATABASE = flow("mail-servers", "database", "tcp/5432");
const CLIENTS = flow("lan", "balancer", "imap2");

const symptom = (id: string, sinceMs: number, ...flows: SymptomFlow[]): Symptom => ({
  id,
  sinceMs,
  text: id,
  flows,
  intent: null,
});

const FATAL = "ip saddr 10.10.2.8/29 counter drop";
const HARMLESS = 'iifname "dmz" ip saddr 10.10.9.9 ct state new drop';

function cause(
  differences: readonly ObservedDifference[],
  symptoms: readonly Symptom[],
  wellness: readonly Wellness[] = [],
): CauseAnswer {
  if (network === null) throw new Error("no network");
  return findCause(network, differences, symptoms, wellness);
}

const names = ({ candidates }: CauseAnswer) => candidates.map((one) => one.difference.id);

test("the fatal rule explains failing mail and database errors alike", () => {
  const answer = cause(
    [difference("harmless", 90, HARMLESS), difference("fatal", 100, FATAL)],
    [symptom("smtp", 105, MAIL_OUT), symptom("pgsql timeouts", 103, DATABASE)],
  );
  expect(answer.kind).toBe("explained");
  expect(names(answer)).toEqual(["fatal"]);
  expect(answer.candidates[0]?.explained).toEqual(["smtp", "pgsql timeouts"]);
  expect(answer.ruledOut.map(({ id }) => id)).toEqual(["harmless"]);
  expect(answer.unexplained).toEqual([]);
});

test("a rule that cuts all of what another one had cut in part explains it as well", () => {
  const one = "ip saddr 10.10.2.12 drop";
  const first = { ...difference("one", 90, one), after: edge(one) };
  const all = { ...difference("all", 100, one), before: edge(one), after: edge(one, FATAL) };
  const answer = cause([first, all], [symptom("smtp", 105, MAIL_OUT)]);
  expect(names(answer)).toEqual(["all", "one"]);
  expect(answer.candidates.map(({ explained }) => explained)).toEqual([["smtp"], ["smtp"]]);
  expect(answer.ruledOut).toEqual([]);
});

test("a rule that cuts again what is cut explains nothing", () => {
  const one = "ip saddr 10.10.2.12 drop";
  const again = { ...difference("again", 100, one), before: edge(one), after: edge(one, one) };
  const answer = cause([difference("one", 90, one), again], [symptom("smtp", 105, MAIL_OUT)]);
  expect(names(answer)).toEqual(["one"]);
  expect(answer.ruledOut.map(({ id }) => id)).toEqual(["again"]);
});

test("a stopped database is explained by no rule, and the harmless one is not blamed", () => {
  const answer = cause(
    [difference("harmless", 100, HARMLESS)],
    [symptom("pgsql refused", 101, DATABASE)],
  );
  expect(answer.kind).toBe("notByRules");
  expect(answer.ruledOut.map(({ id }) => id)).toEqual(["harmless"]);
  expect(answer.unexplained).toEqual(["pgsql refused"]);
});

test("complaints, which nothing ties to a connection, blame no rule where the rest is proved", () => {
  const differences = [difference("harmless", 100, HARMLESS)];
  const refused = symptom("pgsql refused", 101, DATABASE);
  const complaints = { ...symptom("complaints", 102), weight: "hearsay" } as const;
  const both = cause(differences, [refused, complaints]);
  expect([both.kind, both.unexplained]).toEqual(["notByRules", ["pgsql refused", "complaints"]]);
  expect(cause(differences, [complaints]).kind).toBe("unclear");
});

test("names that nobody can look up clear no rule, whatever else is tied", () => {
  const differences = [difference("dns", 100, "udp dport 53 drop")];
  const refused = symptom("pgsql refused", 101, DATABASE);
  expect(cause(differences, [refused]).kind).toBe("notByRules");
  expect(cause(differences, [refused, symptom("names", 102)]).kind).toBe("unclear");
});

test("what was taken back before a symptom began did not cause it", () => {
  const fatal = difference("fatal", 100, FATAL);
  const undone = { ...fatal, id: "undone", atMs: 120, before: fatal.after, after: fatal.before };
  const again = cause([fatal, undone], [symptom("smtp", 130, MAIL_OUT)]);
  expect([again.kind, again.ruledOut.map(({ id }) => id)]).toEqual([
    "notByRules",
    ["fatal", "undone"],
  ]);
  expect(cause([fatal, undone], [symptom("smtp", 110, MAIL_OUT)]).kind).toBe("explained");
});

test("what came and went while a symptom was being noticed may have caused it", () => {
  const fatal = difference("fatal", 100, FATAL);
  const undone = { ...fatal, id: "undone", atMs: 105, before: fatal.after, after: fatal.before };
  const felt = symptom("smtp", 110, MAIL_OUT);
  expect(cause([fatal, undone], [felt]).kind).toBe("notByRules");
  expect(names(cause([fatal, undone], [{ ...felt, earliestMs: 99 }]))).toEqual(["fatal"]);
  expect(cause([fatal, undone], [{ ...felt, earliestMs: 106 }]).kind).toBe("notByRules");
});

test("what came after all of it is not said to be proved harmless", () => {
  const answer = cause([difference("fatal", 200, FATAL)], [symptom("smtp", 105, MAIL_OUT)]);
  expect([answer.kind, answer.ruledOut]).toEqual(["notByRules", []]);
});

test("what came after a symptom did not cause it", () => {
  const answer = cause([difference("fatal", 200, FATAL)], [symptom("smtp", 105, MAIL_OUT)]);
  expect(answer.kind).toBe("notByRules");
});

test("whoever explains more comes first, then whoever is not contradicted", () => {
  const database = "ip daddr 10.10.4.10 drop";
  const answer = cause(
    [difference("database", 104, database), difference("fatal", 100, FATAL)],
    [symptom("smtp", 105, MAIL_OUT), symptom("pgsql timeouts", 105, DATABASE)],
  );
  expect(names(answer)).toEqual(["fatal", "database"]);
  const seen = [{ ...MAIL_OUT, atMs: 110, endMs: 111 }];
  const other = cause(
    [difference("fatal", 104, FATAL), difference("database", 100, database)],
    [symptom("pgsql timeouts", 105, DATABASE)],
    seen,
  );
  expect(names(other)).toEqual(["database", "fatal"]);
  expect(other.candidates[1]?.contradicted).toEqual(seen);
});

test("what works once the rule is gone again contradicts nothing", () => {
  const fatal = difference("fatal", 100, FATAL);
  const undone = { ...fatal, id: "undone", atMs: 120, before: fatal.after, after: fatal.before };
  const contradicted = (atMs: number, endMs: number) =>
    cause([fatal, undone], [symptom("smtp", 105, MAIL_OUT)], [{ ...MAIL_OUT, atMs, endMs }])
      .candidates[0]?.contradicted.length;
  expect(contradicted(130, 131)).toBe(0);
  /* It waited for its first answer until the rule was gone. */
  expect(contradicted(115, 121)).toBe(0);
  expect(contradicted(115, 119)).toBe(1);
});

test("a symptom of another flow stays unexplained", () => {
  const answer = cause(
    [difference("fatal", 100, FATAL)],
    [symptom("smtp", 105, MAIL_OUT), symptom("imap", 105, CLIENTS)],
  );
  expect(answer.unexplained).toEqual(["imap"]);
});

test("what cannot be tied to a flow is unclear, not innocent", () => {
  const answer = cause([difference("fatal", 100, FATAL)], [symptom("complaints", 105)]);
  expect(answer.kind).toBe("unclear");
});

test("a limiter that may cut it is unclear", () => {
  const rule = "ip saddr 10.10.2.11 limit rate over 5/second drop";
  const answer = cause([difference("limiter", 100, rule)], [symptom("smtp", 105, MAIL_OUT)]);
  expect(answer.kind).toBe("unclear");
});

test("what a limiter before it let through now and then is explained by the rule that lets nothing", () => {
  const limiter = "ip saddr 10.10.2.8/29 limit rate over 100/second drop";
  const limited = { before: edge(limiter), broken: [] };
  const fatal = { ...difference("fatal", 100, FATAL), ...limited, after: edge(limiter, FATAL) };
  const harmless = { ...fatal, id: "harmless", after: edge(limiter, HARMLESS) };
  const answer = cause([harmless, fatal], [symptom("smtp", 105, MAIL_OUT)]);
  expect([answer.kind, names(answer)]).toEqual(["explained", ["fatal"]]);
  expect(answer.ruledOut.map(({ id }) => id)).toEqual(["harmless"]);
});

test("a symptom that speaks of addresses is tied to the flows between them", () => {
  const answer = cause(
    [difference("fatal", 100, FATAL)],
    [symptom("pgsql", 103, flow("10.10.2.11", "10.10.4.10", "tcp/5432"))],
  );
  expect(answer.kind).toBe("explained");
});

test("an intent that is proved broken is explained by the difference that broke it, on its device", () => {
  const broke = { ...difference("fatal", 100, FATAL), broken: ["mail-out"], doubtful: ["pings"] };
  const intent = (device: string, id: string): Symptom => ({
    ...symptom(`${device}/${id}`, 100),
    intent: { device, id },
  });
  const wanted = [intent("edge", "mail-out"), intent("edge", "pings"), intent("core", "mail-out")];
  const answer = cause([broke], wanted);
  expect(answer.candidates[0]).toMatchObject({
    explained: ["edge/mail-out"],
    unknown: ["edge/pings"],
  });
});

/** The mail network with one of its mail hosts as a device of its own, as any ordinary file has it. */
const withHost = parseNetwork(
  "n",
  readFileSync("examples/mail/premortem.yaml", "utf8").replace(
    "devices:\n",
    "devices:\n  mail1: { reach: local, addresses: 10.10.2.11 }\n",
  ),
).network;
const FROM_HOST = flow("10.10.2.11", "10.10.4.10", "tcp/5432");

function onHost(before: readonly string[], after: readonly string[]): ObservedDifference {
  const read = (rules: readonly string[]) => {
    const text = `table inet own { chain out { type filter hook output priority 0;\n${rules.join("\n")}\n} }\n`;
    return readDevice({ files: new Map([["mail1", text]]), roots: ["mail1"] }).device;
  };
  const [first, second] = [read(before), read(after)];
  return { ...difference("host", 100, FATAL), device: "mail1", before: first, after: second };
}

function hostCause(difference: ObservedDifference): CauseAnswer["kind"] {
  if (withHost === null) throw new Error("no network");
  return findCause(withHost, [difference], [symptom("pgsql", 105, FROM_HOST)], []).kind;
}

test("a rule on the host that speaks explains what it cannot reach", () => {
  expect(hostCause(onHost([], ["tcp dport 5432 drop"]))).toBe("explained");
  expect(hostCause(onHost([], ["tcp dport 5433 drop"]))).toBe("notByRules");
});

test("a rule for one interface may be to blame, and one beside it is not", () => {
  const apart = 'oifname "eth1" drop';
  expect(hostCause(onHost([], [apart]))).toBe("unclear");
  expect(hostCause(onHost([apart], [apart, "tcp dport 5433 drop"]))).toBe("notByRules");
});

test("what a host cannot reach may be its own rules' fault where nobody sees it", () => {
  if (withHost === null) throw new Error("no network");
  const symptoms = [symptom("pgsql", 105, FROM_HOST)];
  expect(mayHoldCause(withHost, symptoms, ["mail1", "edge"])).toEqual(["mail1", "edge"]);
  const others = [symptom("pgsql", 105, flow("10.10.2.12", "10.10.4.10", "tcp/5432"))];
  expect(mayHoldCause(withHost, others, ["mail1", "edge"])).toEqual(["edge"]);
});

test("a name that has no address is tied to nothing, and nobody is innocent", () => {
  const named = symptom("pgsql", 105, flow("10.10.2.11", "db.internal", "tcp/5432"));
  expect(cause([difference("harmless", 100, HARMLESS)], [named]).kind).toBe("unclear");
});
