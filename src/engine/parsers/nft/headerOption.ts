import { own } from "../../base/own.ts";
import { SELECTORS } from "../../packet/selectors/index.ts";
import type { RuleContext } from "./context.ts";
import type { Token } from "./lexer.ts";
import { named, opaque, presence, type Typed } from "./typed.ts";
import { readNumber } from "./values.ts";

/** Bits of an option at most. */
const MAXIMUM_RAW = 320;

const OPTION_ALIASES: Readonly<Record<string, string>> = {
  mss: "maxseg",
  "sack-permitted": "sack-perm",
  permitted: "sack-perm",
  noop: "nop",
  sack0: "sack",
};

/** `tcp option sack-perm exists`, `ip option rr type`, options by number or raw bytes of them. */
export function parseOption(context: RuleContext, token: Token, prefix: string): Typed {
  const { reader } = context;
  reader.next();
  const option = reader.word("an option").text;
  if (option.startsWith("@")) return parseRawOption(context, `${prefix} ${option}`);
  const spelled = own(OPTION_ALIASES, option) ?? optionName(prefix, option);
  const field = reader.peek();
  const id = `${prefix} ${spelled} ${field.text}`;
  if (field.kind === "word" && SELECTORS.has(id)) {
    reader.next();
    return named(context, id, token);
  }
  if (field.text === "length" || field.text === "kind") {
    reader.next();
    return opaque("packet", id, "integer", 8);
  }
  if (SELECTORS.has(`${prefix} ${spelled}`))
    return presence(context, `${prefix} ${spelled}`, token);
  const hasField = field.kind === "word" && !["exists", "missing"].includes(field.text);
  if (hasField && readNumber(field.text) === null) reader.next();
  return {
    ...opaque("packet", hasField ? id : `${prefix} ${spelled}`, "integer", 32),
    presence: !hasField,
  };
}

/** `tcp option @34,8,8`: kind, offset and width in bits. */
function parseRawOption(context: RuleContext, name: string): Typed {
  const { reader } = context;
  reader.expect(",");
  const offset = reader.word("an offset in bits").text;
  reader.expect(",");
  const width = Number(reader.word("a width in bits").text);
  if (!Number.isInteger(width) || width < 1 || width > MAXIMUM_RAW)
    throw reader.problem("an option in bits is `@KIND,OFFSET,WIDTH`");
  return opaque("packet", `${name},${offset},${width}`, "integer", width);
}

/** The selector that says whether a TCP option is there; the blocks of one option are one (`sack1`). */
export function tcpOptionId(option: string): string {
  const prefix = "tcp option";
  const id = `${prefix} ${own(OPTION_ALIASES, option) ?? optionName(prefix, option)}`;
  const source = SELECTORS.get(id)?.source;
  return source?.kind === "tcpOption" ? `${prefix} ${optionName(prefix, `${source.option}`)}` : id;
}

/** Options given by their number are listed by name. */
function optionName(prefix: string, option: string): string {
  const kind = readNumber(option);
  if (kind === null || prefix !== "tcp option") return option;
  for (const { id, source } of SELECTORS.values())
    if (source.kind === "tcpOption" && source.offset === null && BigInt(source.option) === kind)
      return id.slice(prefix.length + 1);
  return option;
}

/** `sctp chunk data tsn`. */
export function parseChunk(context: RuleContext): Typed {
  const { reader } = context;
  reader.next();
  const chunk = reader.word("a chunk").text;
  const field = reader.peek();
  const hasField = field.kind === "word" && !["exists", "missing"].includes(field.text);
  if (hasField) reader.next();
  const text = hasField ? `sctp chunk ${chunk} ${field.text}` : `sctp chunk ${chunk}`;
  return { ...opaque("packet", text, "integer", 32), presence: !hasField };
}

/** Tunnels whose inside can be asked for. */
export const TUNNELS: readonly string[] = ["vxlan", "geneve", "gretap"];

const TUNNEL_WIDTHS: Readonly<Record<string, number>> = {
  vni: 24,
  flags: 8,
  type: 16,
  protocol: 16,
};

/** `vxlan vni 10`, `geneve ip saddr 10.0.0.1`: what is inside has only a name. */
export function parseTunnel(context: RuleContext, tunnel: string): Typed {
  const { reader } = context;
  const first = reader.word(`a field of \`${tunnel}\``).text;
  const width = own(TUNNEL_WIDTHS, first);
  if (width !== undefined) return opaque("packet", `${tunnel} ${first}`, "integer", width);
  const field = reader.word(`a field of \`${first}\``).text;
  const row = SELECTORS.get(`${first} ${field}`);
  if (row === undefined)
    throw reader.problem(`\`${tunnel} ${first} ${field}\` is no selector`, "", "PM1021");
  return opaque("packet", `${tunnel} ${row.id}`, row.type, row.width);
}

/** `srh sid[1]`, and `rt0 addr[1]`, which is the same address. */
export function parseSegment(context: RuleContext, field: string): Typed {
  const text = `srh ${field.replace("addr", "sid")}`;
  return opaque(
    "packet",
    text.endsWith("]") ? text : `${text}${context.reader.word("[N]").text}`,
    "ipv6_addr",
    128,
  );
}
