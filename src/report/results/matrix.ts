import type { MatrixAnswer, MatrixHosts, MatrixReach } from "../../engine/answer/matrix.ts";
import { shown } from "../formats/text/style.ts";
import {
  counted,
  type Fact,
  fingerprintOf,
  linesOf,
  numbered,
  type Report,
  type Result,
  type RuleWords,
} from "../result.ts";
import { deciderText } from "./diff.ts";

/** Pairs of classes as results: what depends on something first, then who reaches whom. */
export function matrixReport(answer: MatrixAnswer): Report {
  const { edges, sources, destinations, service, path, assumptions, more } = answer;
  const names = new Map([...sources, ...destinations].map((hosts) => [hosts.id, nameOf(hosts)]));
  const sorted = ORDER.flatMap((reach) => edges.filter((edge) => edge.reach === reach));
  const counts = ORDER.map((reach) => [edges.filter((edge) => edge.reach === reach).length, reach]);
  const told = counts.flatMap(([count, reach]) => (count === 0 ? [] : [`${count} ${reach}`]));
  const left = more.sources + more.destinations;
  const rest = left === 0 ? "" : `; ${counted(left, "class", "classes")} not told`;
  const pairs = counted(edges.length, "pair", "pairs");
  return {
    command: "matrix",
    headline: shown(`${service}, ${path}: ${pairs} of hosts: ${told.join(", ")}${rest}`),
    results: numbered(sorted.map((edge) => edgeResult(edge, answer, names))),
    assumptions: assumptions.map(shown),
  };
}

const ORDER: readonly MatrixReach["reach"][] = ["depends", "yes", "no"];

const RULES: Readonly<Record<MatrixReach["reach"], RuleWords>> = {
  depends: {
    id: "matrix/depends",
    title: "DEPENDS",
    explanation: "Whether packets of the service get through depends on what is named.",
  },
  yes: {
    id: "matrix/yes",
    title: "YES",
    explanation: "Every packet of the service that clients send gets through.",
  },
  no: { id: "matrix/no", title: "NO", explanation: "No packet of the service gets through." },
};

function edgeResult(
  { from, to, reach, dependsOn, example, by }: MatrixReach,
  { service, path }: MatrixAnswer,
  names: ReadonlyMap<string, string>,
): Result {
  const subject = `${names.get(from) ?? from} → ${names.get(to) ?? to}, ${service}`;
  const isRule = by !== null && "rule" in by;
  const facts: readonly (readonly [label: string, text: string])[] = [
    ["packet", example ?? ""],
    ["decided by", by === null ? "" : deciderText(by)],
    ["depends on", dependsOn.join(", ")],
  ];
  return {
    rule: RULES[reach],
    outcome: reach === "depends" ? "undecided" : "pass",
    level: reach === "depends" ? "warning" : "note",
    subject: shown(subject),
    facts: facts.flatMap(([label, text]): readonly Fact[] =>
      text === "" ? [] : [{ label, text: shown(text) }],
    ),
    place: isRule ? linesOf(by.rule.file, by.rule.line, by.rule.text) : null,
    related: [],
    help: reach === "depends" ? "settle what it depends on, or count it with --unknown" : "",
    fingerprint: fingerprintOf("matrix", path, subject, reach),
  };
}

function nameOf({ family, name, interfaces }: MatrixHosts): string {
  const behind = interfaces === null ? "" : ` behind ${interfaces}`;
  return `${family === "ip" ? "IPv4" : "IPv6"} ${name}${behind}`;
}
