import { digestOf } from "../engine/base/digest.ts";
import type { Fix } from "../engine/lint/index.ts";
import { templateOf } from "./rendered.ts";

/**
 * What a command found, in words that any format can carry: a list of results, first what matters most.
 * Formats for people on a terminal and for programs (`text`, `json`) print the answer itself instead.
 */
export interface Report {
  readonly command: "diff" | "check" | "lint" | "matrix";
  /** All of it in one line of our own words. */
  readonly headline: string;
  readonly results: readonly Result[];
  /** What each "proved" rests on; empty: nothing was proved. */
  readonly assumptions: readonly string[];
}

/** `undecided`: it could not be proved either way, and is never shown as passed. */
export type Outcome = "pass" | "fail" | "undecided";

export interface Result {
  readonly rule: RuleWords;
  readonly outcome: Outcome;
  readonly level: "error" | "warning" | "note";
  /** What it is about: the name of a promise, the packets of a class, the message of a finding. */
  readonly subject: string;
  readonly facts: readonly Fact[];
  /** Null: no line is to blame. */
  readonly place: Place | null;
  readonly related: readonly RelatedPlace[];
  /** What to do about it; empty where nothing is known. */
  readonly help: string;
  /** Edits that do it; left out where none are known. */
  readonly fix?: Fix;
  /** The same wherever the same thing is found again, in whatever line. */
  readonly fingerprint: string;
}

/** What kind of result it is: never made of what stands in files. */
export interface RuleWords {
  /** Stable and never reused: `PM1010`, `diff/closes`. */
  readonly id: string;
  /** Short, as a heading. */
  readonly title: string;
  readonly explanation: string;
}

/** One more thing to know, such as the packet. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  /** From 1, counted in UTF-16 code units; null: the whole line. */
  readonly column: number | null;
  /** Behind the last character, of `endLine`; null: the rest of the line. */
  readonly endColumn: number | null;
}

export interface RelatedPlace {
  readonly label: string;
  readonly place: Place;
}

/** A place of whole lines. Of what was rendered the file alone is known. */
export function linesOf(file: string, line: number, text = ""): Place {
  const template = templateOf(file);
  if (template !== null)
    return { file: template, line: 1, endLine: 1, column: null, endColumn: null };
  const endLine = line + text.trimEnd().split("\n").length - 1;
  return { file, line, endLine, column: null, endColumn: null };
}

/** A fingerprint of what does not move when lines do. */
export function fingerprintOf(...parts: readonly string[]): string {
  return digestOf(parts.flatMap((part) => [part, "\u0000"]));
}

/** Things that cannot be told apart are numbered: the same fingerprint twice would hide one. */
export function numbered(results: readonly Result[]): readonly Result[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const count = (seen.get(result.fingerprint) ?? 0) + 1;
    seen.set(result.fingerprint, count);
    return count === 1 ? result : { ...result, fingerprint: `${result.fingerprint}#${count}` };
  });
}

/** The result in several lines, for formats that have one text for all of it. */
export function plainText({ subject, facts, help }: Result): string {
  const lines = facts.map(({ label, text }) => `${label}: ${text}`);
  return [subject, ...lines, ...(help === "" ? [] : [`help: ${help}`])].join("\n");
}

/** `2 classes`, `1 class`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
