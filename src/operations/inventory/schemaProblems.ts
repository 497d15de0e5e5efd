import type { z } from "zod";
import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import type { YamlPath, YamlText } from "./yaml.ts";

/** How mistakes of one kind of file are told. */
export interface FileShape {
  readonly code: string;
  /** `the network file`. */
  readonly what: string;
  readonly help: string;
}

const NETWORK_FILE: FileShape = {
  code: "PM5002",
  what: "the network file",
  help: "the keys are listed in docs/reference/premortem.schema.json",
};

/** What does not fit the schema, at its line. */
export function schemaProblems(
  error: z.ZodError,
  yaml: YamlText,
  shape = NETWORK_FILE,
): readonly Diagnostic[] {
  const told = (path: YamlPath, isKey: boolean, message: string): Diagnostic => {
    const { code, help } = shape;
    return { code, severity: "error", message, span: yaml.spanOf(path, isKey), related: [], help };
  };
  return error.issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) =>
        told([...path, key], true, `\`${key}\` is no key ${placeOf(path, shape.what)}`),
      );
    return [told(path, false, `${placeText(path, shape.what)}${wordsOf(issue)}`)];
  });
}

function placeOf(path: YamlPath, what: string): string {
  return path.length === 0 ? `of ${what}` : `of \`${path.join(".")}\``;
}

function placeText(path: YamlPath, what: string): string {
  return path.length === 0 ? `${what}: ` : `\`${path.join(".")}\`: `;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && issue.message.includes("undefined")
        ? "is missing"
        : `has to be ${issue.expected}`;
    case "invalid_value":
      return `has to be ${issue.values.map((value) => `\`${String(value)}\``).join(" or ")}`;
    case "invalid_union":
      if (issue.discriminator !== undefined) return `has to be one of ${optionsOf(issue)}`;
      return "has to be one word or a list of words";
    case "too_small":
      return "needs at least one entry";
    default:
      return issue.message;
  }
}

function optionsOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = "options" in issue ? (issue.options ?? []) : [];
  return options.map((option) => `\`${String(option)}\``).join(", ");
}
