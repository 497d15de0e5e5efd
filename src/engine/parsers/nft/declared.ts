import type { NamedSet } from "../../device/set.ts";
import type { RuleContext } from "./context.ts";
import type { DataForm } from "./elements.ts";
import { Lexer } from "./lexer.ts";
import { Reader, SyntaxProblem } from "./reader.ts";
import { formsOfSet, parseDeclaredType } from "./setBlock.ts";
import type { ScriptState } from "./state.ts";
import type { ValueForm } from "./values.ts";

/** What a set is declared to hold. */
export interface DeclaredForms {
  readonly kind: NamedSet["kind"];
  readonly forms: readonly ValueForm[];
  readonly data: DataForm;
}

/** Characters behind the opening brace of a set in which its type is looked for. */
const MAXIMUM_AHEAD = 4000;

/**
 * What a set of the table in hand holds. In a block it may be declared behind the rule that asks
 * it, so where it is not known yet the rest of the text is searched for its declaration.
 */
export function declaredForms(context: RuleContext, name: string): DeclaredForms | null {
  const { state, reader } = context;
  const known = state.currentTable?.sets.get(name);
  if (known !== undefined) return formsOfSet(known);
  const at = declarationsOf(state, reader.file, reader.text)
    .get(name)
    ?.find((offset) => offset > reader.lastEnd);
  return at === undefined ? null : readDeclaration(state, reader, at);
}

/** Where each name is declared as a set or a map, found once for each file. */
function declarationsOf(
  state: ScriptState,
  file: string,
  text: string,
): ReadonlyMap<string, readonly number[]> {
  const known = state.declarations.get(file);
  if (known !== undefined) return known;
  const found = new Map<string, number[]>();
  for (const { 1: kind = "", 2: name = "", index } of text.matchAll(DECLARATION)) {
    const offsets = found.get(name) ?? [];
    found.set(name, offsets);
    offsets.push(index + kind.length);
  }
  state.declarations.set(file, found);
  return found;
}

const DECLARATION = /\b((?:set|map)[ \t]+)([^\s{}";#@]+)[ \t]*\{/g;

function readDeclaration(state: ScriptState, { file, text }: Reader, at: number) {
  const open = text.indexOf("{", at);
  const kind = /map[ \t]+$/.test(text.slice(Math.max(0, at - 8), at)) ? "map" : "set";
  const lexer = new Lexer(file, text.slice(open + 1, open + MAXIMUM_AHEAD));
  const reader = new Reader(lexer, (variable) => state.variables.get(variable));
  try {
    for (;;) {
      reader.skipSeparators();
      if (reader.isEnd()) return null;
      if (reader.is("type") || reader.is("typeof")) return parseDeclaredType(reader, state, kind);
      reader.skipStatement();
    }
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
}
