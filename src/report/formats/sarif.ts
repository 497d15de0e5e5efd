import type { Fix } from "../../engine/lint/index.ts";
import { type Place, plainText, type Report, type Result, type RuleWords } from "../result.ts";

const SCHEMA =
  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** What GitHub reads; it takes more as an error of the whole file. */
const MAXIMUM_RESULTS = 25_000;

/**
 * SARIF 2.1.0. What passed is left out, and what is undecided is a warning: readers that do not know
 * `kind` would show the one as a problem, and hide the other.
 */
export function sarif({ command, results, headline }: Report, version: string): string {
  const told = results.filter(({ outcome }) => outcome !== "pass").slice(0, MAXIMUM_RESULTS);
  const rules = new Map(told.map(({ rule }) => [rule.id, rule]));
  const indexes = new Map([...rules.keys()].map((id, index) => [id, index]));
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "premortem", version, rules: [...rules.values()].map(ruleOf) } },
        /* GitHub keeps what several commands have found apart by it. */
        automationDetails: { id: `premortem-${command}/` },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true }],
        properties: { headline },
        results: told.map((result) => resultOf(result, indexes.get(result.rule.id) ?? 0)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ id, title, explanation }: RuleWords) {
  const full = explanation === "" ? title : explanation;
  return {
    id,
    name: id,
    shortDescription: { text: title },
    fullDescription: { text: full },
    help: { text: full },
  };
}

function resultOf(result: Result, ruleIndex: number) {
  const { rule, level, place, related, fix, fingerprint } = result;
  const others = related.flatMap(({ label, place }) =>
    locations(place).map((location) => ({ ...location, message: { text: label } })),
  );
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text: `${rule.title}: ${plainText(result)}` },
    locations: locations(place),
    ...(others.length === 0 ? {} : { relatedLocations: others }),
    ...(fix === undefined ? {} : { fixes: [fixOf(fix)] }),
    /* GitHub compares the second alone. */
    partialFingerprints: { "premortem/v1": fingerprint, primaryLocationLineHash: fingerprint },
  };
}

/** Columns are counted in UTF-16 code units, as everywhere here. */
function fixOf({ title, edits }: Fix) {
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    description: { text: title },
    artifactChanges: files.map((file) => ({
      artifactLocation: { uri: uriOf(file) },
      replacements: edits
        .filter((edit) => edit.file === file)
        .map(({ line, column, endLine, endColumn, text }) => ({
          deletedRegion: { startLine: line, startColumn: column, endLine, endColumn },
          insertedContent: { text },
        })),
    })),
  };
}

function locations(place: Place | null) {
  if (place === null || place.file === "-") return [];
  const { file, line, endLine, column, endColumn } = place;
  const region = {
    startLine: line,
    ...(column === null ? {} : { startColumn: column }),
    endLine,
    ...(column === null || endColumn === null ? {} : { endColumn }),
  };
  return [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } }];
}

/** A reference of RFC 3986: paths may hold anything. */
function uriOf(file: string): string {
  const path = file
    .replace(/^(?:\.\/+)+/, "")
    .split("/")
    .map(encoded)
    .join("/");
  return file.startsWith("/") ? `file://${path}` : path;
}

/** Lone surrogates have no bytes in UTF-8. */
function encoded(part: string): string {
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, "\ufffd"));
}
