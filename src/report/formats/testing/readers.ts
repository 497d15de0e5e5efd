import { expect } from "vitest";
import { z } from "zod";
import type { Report, Result } from "../../result.ts";
import { gitlab } from "../gitlab.ts";
import { sarif } from "../sarif.ts";

const RULE = { id: "diff/closes", title: "CLOSES", explanation: "Packets are lost." };

export function result(given: Partial<Result> = {}): Result {
  return {
    rule: RULE,
    outcome: "fail",
    level: "error",
    subject: "forward: tcp any → any port 25",
    facts: [{ label: "packet", text: "tcp 10.0.0.1:1 > 10.0.0.2:25" }],
    place: { file: "fw/edge.nft", line: 7, endLine: 8, column: 3, endColumn: 9 },
    related: [],
    help: "narrow it",
    fingerprint: "f1",
    ...given,
  };
}

export const open = result({
  outcome: "undecided",
  level: "warning",
  place: null,
  help: "",
  facts: [],
});

export function report(...results: readonly Result[]): Report {
  return { command: "diff", headline: "1 class closes", results, assumptions: [] };
}

const region = z.strictObject({
  startLine: z.int().min(1),
  endLine: z.int().min(1),
  startColumn: z.int().min(1).optional(),
  endColumn: z.int().min(1).optional(),
});
const location = z.strictObject({
  physicalLocation: z.strictObject({
    artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w.~/%!'()*:-]+$/) }),
    region,
  }),
  message: z.strictObject({ text: z.string() }).optional(),
});
const text = z.strictObject({ text: z.string().min(1) });
/** What the standard's schema asks for of what is written. */
const log = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              name: z.string(),
              shortDescription: text,
              fullDescription: text,
              help: text,
            }),
          ),
        }),
      }),
      automationDetails: z.strictObject({ id: z.string().endsWith("/") }),
      columnKind: z.literal("utf16CodeUnits"),
      invocations: z.tuple([z.strictObject({ executionSuccessful: z.boolean() })]),
      properties: z.record(z.string(), z.string()),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level: z.enum(["none", "note", "warning", "error"]),
          message: text,
          locations: z.array(location).max(1),
          relatedLocations: z.array(location).optional(),
          partialFingerprints: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ]),
});

/** The only run of what is written, where it has the form of the standard. */
export function readSarif(given: Report) {
  return log.parse(JSON.parse(sarif(given, "1.2.3"))).runs[0];
}

const issue = z.strictObject({
  description: z.string(),
  check_name: z.string(),
  fingerprint: z.string().min(1),
  severity: z.enum(["info", "minor", "major", "critical", "blocker"]),
  location: z.strictObject({
    path: z.string().min(1),
    lines: z.strictObject({ begin: z.int().min(1), end: z.int().min(1) }),
  }),
});

export function readGitlab(given: Report) {
  return z.array(issue).parse(JSON.parse(gitlab(given)));
}

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const SIGN = /&(?:#(\d+)|amp|lt|gt|quot);/g;
const unescaped = (text: string): string =>
  text.replace(SIGN, (_, code: string) => String.fromCodePoint(Number(code)));

/** Elements in order; throws where the text is no XML. */
export function elements(xml: string): readonly Element[] {
  const found: Element[] = [];
  const openNames: string[] = [];
  expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, "");
  const token =
    /<(\/?)([\w-]+)((?: [\w-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(\/?)>|((?:[^<>&]|&#\d+;)+)/y;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const match = token.exec(body);
    if (match === null) throw new Error(`no XML: ${body.slice(at, at + 40)}`);
    const [, closes, name, attributes = "", single] = match;
    if (name === undefined) continue;
    if (closes === "/") expect(openNames.pop()).toBe(name);
    else if (single !== "/") openNames.push(name);
    if (closes === "/") continue;
    const pairs = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)];
    const values = pairs.map(([, key = "", value = ""]) => [key, unescaped(value)] as const);
    found.push({ name, attributes: new Map(values) });
  }
  expect(openNames).toEqual([]);
  return found;
}

/** As the runner reads a line. */
export function commandOf(line: string) {
  const [, name, properties = "", message = ""] = /^::(\w+) (.*?)::(.*)$/s.exec(line) ?? [];
  const plain = (text: string) =>
    text
      .replaceAll("%0D", "\r")
      .replaceAll("%0A", "\n")
      .replaceAll("%3A", ":")
      .replaceAll("%2C", ",")
      .replaceAll("%25", "%");
  const values = properties.split(",").map((pair) => {
    const [key = "", ...value] = pair.split("=");
    return [key, plain(value.join("="))] as const;
  });
  return { name, properties: Object.fromEntries(values), message: plain(message) };
}
