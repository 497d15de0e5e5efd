import type { Statement } from "../../device/statement.ts";
import { SELECTORS } from "../../packet/selectors/index.ts";
import type { RuleContext } from "./context.ts";
import { isVerdict } from "./elements.ts";
import { tcpOptionId } from "./headerOption.ts";
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

/** `reset tcp option fastopen` makes padding of the option: afterwards it is not there. */
export function parseReset(context: RuleContext): Statement {
  const { reader } = context;
  reader.next();
  const header = reader.next().text;
  reader.expect("option");
  const option = reader.word("an option").text;
  const id = header === "tcp" ? tcpOptionId(option) : `${header} option ${option}`;
  if (header !== "tcp" || !SELECTORS.has(id)) return { kind: "opaqueAction", text: `reset ${id}` };
  return { kind: "write", target: id, value: { kind: "constant", value: 0n, width: 1 } };
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
