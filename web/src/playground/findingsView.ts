import type { Finding } from "../../../src/engine/answer/lint.ts";
import { counted } from "../lib/words.ts";
import { element } from "./element.ts";
import type { Read } from "./messages.ts";

/** Findings that are listed below a text; more are counted. */
const MAXIMUM_SHOWN = 10;
const WORDS = { error: "✗ Error", warning: "! Warning", note: "Note" } as const;

/** What is wrong in a text, errors first, each with a button that leads to its line. */
export function findingsView(
  { findings }: Read,
  goTo: (line: number, column: number) => void,
): readonly HTMLElement[] {
  const grave = findings.filter(({ severity }) => severity !== "note");
  if (grave.length === 0) return [];
  const sorted = [...grave].sort((a, b) => weight(a) - weight(b));
  const shown = sorted.slice(0, MAXIMUM_SHOWN);
  const more = sorted.length - shown.length;
  const items = shown.map((finding) => findingItem(finding, goTo));
  const rest = more > 0 ? [element("li", {}, [`and ${counted(more, "more finding")}`])] : [];
  return [element("ul", {}, [...items, ...rest])];
}

function weight({ severity }: Finding): number {
  return severity === "error" ? 0 : 1;
}

function findingItem(
  { code, severity, message, line, column, help }: Finding,
  goTo: (line: number, column: number) => void,
): HTMLElement {
  const parts: (Node | string)[] = [];
  if (line !== null) {
    const button = element("button", { type: "button", class: "line" }, [`Line ${line}`]);
    button.addEventListener("click", () => goTo(line, column ?? 1));
    parts.push(button, " ");
  }
  parts.push(`${WORDS[severity]} ${code}: ${message}${help === "" ? "" : `. ${help}`}`);
  return element("li", {}, parts);
}
