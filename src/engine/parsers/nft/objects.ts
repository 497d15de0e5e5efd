import type { NamedObject, Statement } from "../../device/statement.ts";
import { addOther } from "./batch.ts";
import { newName } from "./ownWords.ts";
import { type Reader, spanOf } from "./reader.ts";
import { type DraftTable, objectKey } from "./ruleset.ts";
import type { ScriptState } from "./state.ts";
import { parseAmount, parseRate } from "./stateful.ts";

export function addObject(state: ScriptState, table: DraftTable, object: NamedObject): void {
  const key = objectKey(object.kind, object.name);
  if (table.objects.has(key)) return;
  addOther(state.batch, table);
  table.objects.set(key, object);
}

/** `counter c { … }`, `limit l { rate … }`, `ct helper h { … }`. */
export function parseObject(reader: Reader, state: ScriptState): NamedObject {
  const kind = reader.next().text;
  if (kind === "ct") return parseCtObject(reader, state);
  const name = newName(reader, state, "the name of an object");
  const span = spanOf(name);
  const named = (statement: Statement, object: NamedObject["kind"]): NamedObject => ({
    kind: object,
    name: name.text,
    statement,
    span,
  });
  if (kind === "limit")
    return named(
      inBlock(reader, () => parseRate(reader)),
      "limit",
    );
  if (kind === "quota")
    return named(
      inBlock(reader, () => parseAmount(reader)),
      "quota",
    );
  skipBlock(reader);
  if (kind === "counter")
    return named({ kind: "harmless", what: "counter", text: "counter" }, "counter");
  if (kind === "secmark") return named({ kind: "noEffect", text: "secmark" }, "secmark");
  return named({ kind: "synproxy", text: "synproxy" }, "synproxy");
}

/** The braces are left out in commands (`add limit t l rate 1/second`). */
function inBlock(reader: Reader, parse: () => Statement): Statement {
  if (!reader.accept("{")) return parse();
  skipComments(reader);
  const statement = parse();
  skipComments(reader);
  reader.expect("}");
  return statement;
}

function skipComments(reader: Reader): void {
  for (;;) {
    reader.skipSeparators();
    if (!reader.accept("comment")) return;
    reader.word("a comment");
  }
}

function skipBlock(reader: Reader): void {
  if (!reader.accept("{")) {
    while (!reader.isEnd()) reader.next();
    return;
  }
  let depth = 1;
  while (depth > 0 && reader.peek().kind !== "end") {
    const { text } = reader.next();
    if (text === "{") depth++;
    if (text === "}") depth--;
  }
}

function parseCtObject(reader: Reader, state: ScriptState): NamedObject {
  const what = reader.word("helper, timeout or expectation").text;
  const name = newName(reader, state, "the name of an object");
  const kinds: Readonly<Record<string, NamedObject["kind"]>> = {
    helper: "ctHelper",
    timeout: "ctTimeout",
    expectation: "ctExpectation",
  };
  const kind = kinds[what];
  if (kind === undefined) throw reader.problem(`\`ct ${what}\` is no object`);
  let type = name.text;
  if (reader.accept("{")) {
    let depth = 1;
    while (depth > 0 && reader.peek().kind !== "end") {
      const token = reader.next();
      if (token.text === "{") depth++;
      if (token.text === "}") depth--;
      if (token.text === "type" && reader.peek().kind === "string") type = reader.peek().text;
    }
  }
  const object = what === "helper" ? "helper" : what === "timeout" ? "timeout" : "expectation";
  return {
    kind,
    name: name.text,
    statement: { kind: "ctObject", what: object, name: type },
    span: spanOf(name),
  };
}
