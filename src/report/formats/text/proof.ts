import type { ProofAnswer, SourceEdit } from "../../../engine/answer/proof.ts";
import { intentBlock } from "./check.ts";
import { diffText } from "./diff.ts";
import { fitted, type Style, shown, tint } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** Edited lines that are printed; JSON has more. */
const MAXIMUM_EDITS = 20;

/** A proof for people: the edited lines, what they break, what closes and opens, and what is not proved. */
export function proofText(answer: ProofAnswer, style: Style): string {
  const { diff } = answer;
  const parts = [
    ...editsText(answer.edits, style),
    ...findingLines(answer, style),
    ...intentBlock(
      tint(style, "red", countTitle("BREAKS", answer.broken.length)),
      answer.broken,
      style,
    ),
    ...intentBlock(tint(style, "yellow", "BROKEN ALREADY"), answer.brokenBefore, style),
    ...intentBlock(tint(style, "yellow", "UNDECIDED"), answer.undecided, style),
    ...repairedText(answer, style),
    ...(diff === null ? [] : [diffText(diff, style).trimEnd()]),
    ...keptText(answer, style),
    ...notLoadedText(answer, style),
    closing(answer, style),
  ];
  return `${parts.join("\n\n")}\n`;
}

function countTitle(word: string, count: number): string {
  return `${word} ${count} ${count === 1 ? "intent" : "intents"}`;
}

function editsText(edits: readonly SourceEdit[], style: Style): readonly string[] {
  if (edits.length === 0) return [];
  const lines = edits.slice(0, MAXIMUM_EDITS).map(({ kind, file, line, text }) => {
    const isAdded = kind === "added";
    const words = `${isAdded ? "+" : "-"} ${shown(file)}:${line}  ${shown(text)}`;
    return tint(style, isAdded ? "green" : "red", fitted(style, words, 0));
  });
  const more = edits.length - lines.length;
  return [[...lines, ...(more > 0 ? [`and ${more} more lines: see --json`] : [])].join("\n")];
}

function findingLines({ findings }: ProofAnswer, style: Style): readonly string[] {
  const told = findings
    .filter(({ severity }) => severity !== "note")
    .map((one) => {
      const place = one.file === null ? "" : `${shown(one.file)}:${one.line}: `;
      const help = one.help === "" ? "" : `\n  = help: ${shown(one.help)}`;
      const colour = one.severity === "error" ? "red" : "yellow";
      return `${place}${tint(style, colour, one.severity)}: ${shown(one.message)}${help}`;
    });
  return told.length === 0 ? [] : [told.join("\n")];
}

function repairedText({ repaired }: ProofAnswer, style: Style): readonly string[] {
  return repaired.length === 0
    ? []
    : [`${tint(style, "green", "REPAIRS")}  ${repaired.map(shown).join(", ")}`];
}

function keptText({ kept }: ProofAnswer, { width }: Style): readonly string[] {
  if (kept.length === 0) return [];
  const names = kept.map(({ table, owner }) => `${shown(table)} (${owner ?? "of nobody known"})`);
  const words = `\`flush ruleset\` is read as a flush of premortem's own tables: ${names.join(", ")} stay`;
  return [wrapped(words, Math.min(width, 100))];
}

function notLoadedText({ notLoaded }: ProofAnswer, { width }: Style): readonly string[] {
  if (notLoaded.length === 0) return [];
  const words = `elements of live sets are not loaded, they count from the next start (intents are judged with and without them): ${notLoaded.map(shown).join(", ")}`;
  return [wrapped(words, Math.min(width, 100))];
}

function closing(answer: ProofAnswer, style: Style): string {
  const { loads, isComplete, reasons, broken, holding } = answer;
  const why = reasons.map((reason) => `  ${shown(reason)}`);
  if (!loads) return [tint(style, "red", "It would not be loaded:"), ...why].join("\n");
  if (!isComplete) return [tint(style, "yellow", "NOT PROVED WHOLE:"), ...why].join("\n");
  const count = `${broken.length} ${broken.length === 1 ? "intent" : "intents"} broken`;
  return `${broken.length === 0 ? "no intent broken" : count}, ${holding} hold.`;
}
