import type { z } from "zod";
import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import type { YamlPath, YamlText } from "./yaml.ts";

const HELP = "the keys are listed in docs/reference/premortem.schema.json";

/** What does not fit the schema, at its line. */
export function schemaProblems(error: z.ZodError, yaml: YamlText): readonly Diagnostic[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) =>
        told(yaml, [...path, key], true, `\`${key}\` is no key ${placeOf(path)}`),
      );
    return [told(yaml, path, false, `${placeText(path)}${wordsOf(issue)}`)];
  });
}

function told(yaml: YamlText, path: YamlPath, isKey: boolean, message: string): Diagnostic {
  const span = yaml.spanOf(path, isKey);
  return { code: "PM5002", severity: "error", message, span, related: [], help: HELP };
}

function placeOf(path: YamlPath): string {
  return path.length === 0 ? "of the network file" : `of \`${path.join(".")}\``;
}

function placeText(path: YamlPath): string {
  return path.length === 0 ? "the network file: " : `\`${path.join(".")}\`: `;
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
