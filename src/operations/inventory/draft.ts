import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import type { Span } from "../../engine/base/span.ts";
import type { NetworkCode } from "./codes.ts";
import type { NetworkText } from "./schema.ts";
import type { YamlPath, YamlText } from "./yaml.ts";

/** A network file while it is read: its text, and what is wrong so far. */
export interface Draft {
  readonly yaml: YamlText;
  readonly text: NetworkText;
  readonly diagnostics: Diagnostic[];
}

export function problem(code: NetworkCode, message: string, span: Span, help: string): Diagnostic {
  return { code, severity: "error", message, span, related: [], help };
}

/** Adds a mistake at the place of `path`. */
export function tell(
  draft: Draft,
  code: NetworkCode,
  message: string,
  path: YamlPath,
  help: string,
): void {
  draft.diagnostics.push(problem(code, message, draft.yaml.spanOf(path), help));
}

/** Adds that a name is of nothing known. */
export function tellUnknown(
  draft: Draft,
  name: string,
  path: YamlPath,
  known: readonly string[],
  what: string,
): void {
  const list = known.map((one) => `\`${one}\``).join(", ");
  const help = known.length === 0 ? `there is no ${what} yet` : `known are ${list}`;
  tell(draft, "PM5004", `there is no ${what} \`${name}\``, path, help);
}

export function listOf(words: string | readonly string[] | undefined): readonly string[] {
  return words === undefined ? [] : typeof words === "string" ? [words] : words;
}
