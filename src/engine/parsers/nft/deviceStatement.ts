import type { Statement } from "../../device/statement.ts";
import type { RuleContext } from "./context.ts";
import { isVerdict } from "./elements.ts";
import type { Reader } from "./reader.ts";

/** `dup to …`, `fwd to …`, `synproxy …`: read to their end, told by their text. */
export function parseDevice(context: RuleContext): Statement {
  const { reader } = context;
  const kind = reader.next().text;
  const words: string[] = [kind];
  const goesOn = () =>
    kind === "synproxy"
      ? ["name", "mss", "wscale", "timestamp", "sack-perm"].some((word) => reader.is(word)) ||
        /^\d+$/.test(reader.peek().text) ||
        words.includes("name")
      : ["to", "device", "ip", "ip6"].some((word) => reader.is(word)) ||
        ["to", "device", "dup", "fwd"].includes(words.at(-1) ?? "") ||
        !isStatementWord(context);
  while (!reader.isEnd() && goesOn()) {
    if (reader.is("map")) takeMap(reader, words);
    else words.push(reader.next().text);
  }
  const text = words.join(" ");
  if (kind === "dup") return { kind: "duplicate", text };
  return kind === "fwd" ? { kind: "forwardTo", text } : { kind: "synproxy", text };
}

/** `map @name` or `map { … }`, braces and all. */
function takeMap(reader: Reader, words: string[]): void {
  words.push(reader.next().text);
  const { depth } = reader;
  do words.push(reader.next().text);
  while (reader.depth > depth && reader.peek().kind !== "end");
}

function isStatementWord(context: RuleContext): boolean {
  return (
    isVerdict(context.reader) ||
    ["comment", "counter", "log"].some((word) => context.reader.is(word))
  );
}

export function isOptionReset(context: RuleContext): boolean {
  return context.reader.is("reset") && context.reader.is("tcp", 1);
}

/** `reset tcp option fastopen` takes the option out: no fate hangs on it. */
export function parseReset(context: RuleContext): Statement {
  const { reader } = context;
  const words: string[] = [];
  while (!reader.isEnd() && words.length < 4) words.push(reader.next().text);
  return { kind: "noEffect", text: words.join(" ") };
}

/** A match of xtables that a listing cannot show: it stays a name. */
export function parseXt(context: RuleContext): Statement {
  const { reader } = context;
  const words: string[] = [];
  while (!reader.isEnd() && words.length < 3) words.push(reader.next().text);
  const isTarget = words[1] === "target";
  const text = words.join(" ");
  if (isTarget) return { kind: "opaqueAction", text };
  return { kind: "opaqueMatch", unknown: "packet", text, negated: false, reads: [] };
}
