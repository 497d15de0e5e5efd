import { own } from "../../base/own.ts";
import type { Expression } from "../../device/expression.ts";
import { SELECTORS, selectorRow, type ValueType } from "../../packet/selectors/index.ts";
import { type RuleContext, require } from "./context.ts";
import type { Token } from "./lexer.ts";
import { spanOf } from "./reader.ts";
import { refuse } from "./state.ts";
import type { ValueForm } from "./values.ts";

/** A value that a rule reads, with how constants compared to it are written. */
export interface Typed {
  readonly expression: Expression;
  readonly form: ValueForm;
  /** Asked only whether it is there: `exists` and `missing` follow. */
  readonly presence: boolean;
}

const META_ALIASES: Readonly<Record<string, string>> = {
  ibriport: "ibrname",
  obriport: "obrname",
  ibridgename: "ibrname",
  obridgename: "obrname",
  secpath: "ipsec",
};
/** A value that has only a name. */
export function opaque(
  unknown: "packet" | "moment",
  text: string,
  type: ValueType,
  width: number,
): Typed {
  return {
    expression: { kind: "opaque", unknown, text, width },
    form: { type, width },
    presence: false,
  };
}

/** The row for a name; `meta iifname` is listed as `iifname`. */
export function named(context: RuleContext, name: string, token: Token): Typed {
  const bare = name.startsWith("meta ") ? name.slice(5) : name;
  const alias = own(META_ALIASES, bare);
  const id = [alias === undefined ? name : `meta ${alias}`, bare, `meta ${bare}`].find(
    (candidate) => SELECTORS.has(candidate),
  );
  if (id === undefined) return unknownSelector(context, name, token);
  if (id === "meta nfproto" && context.family !== "inet")
    refuse(
      context.state,
      "PM1020",
      `\`meta nfproto\` in a table of family ${context.family}`,
      spanOf(token),
      "the table has one protocol: leave the match out",
    );
  require(context, id);
  const row = selectorRow(id);
  return {
    expression: { kind: "selector", id },
    form: { type: row.type, width: row.width },
    presence: false,
  };
}

function unknownSelector(context: RuleContext, name: string, token: Token): Typed {
  const { reader } = context;
  reader.unshift(token);
  throw reader.problem(
    `\`${name}\` is no selector`,
    "look at `nft describe` or the manual for its name",
    "PM1021",
  );
}

/** A question whether something is there: `exists` or `missing` follows. */
export function presence(context: RuleContext, id: string, token: Token): Typed {
  return { ...named(context, id, token), presence: true };
}
