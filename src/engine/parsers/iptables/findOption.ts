import { GLOBALS_BY_NAME, type GlobalOption } from "./globals.ts";
import { findMatch, PROTOCOL_MATCHES } from "./matches/index.ts";
import type { OptionSpec } from "./module.ts";
import { parseProtocol } from "./protocol.ts";
import type { Token } from "./tokens.ts";
import { type ReadModule, refuse, type WordReader } from "./wordReader.ts";

type Found =
  | { readonly module: null; readonly option: GlobalOption }
  | { readonly module: ReadModule; readonly option: OptionSpec };

/** Exact names first, of the newest module first; then a beginning that means one option only. */
export function findOption(
  reader: WordReader,
  name: string,
  token: Token,
): Found | "ambiguous" | null {
  const exact = GLOBALS_BY_NAME.get(name);
  if (exact !== undefined) return { module: null, option: exact };
  for (let i = reader.modules.length - 1; i >= 0; i--) {
    const module = reader.modules[i];
    const option = module?.table?.get(name);
    if (module !== undefined && option !== undefined) return { module, option };
  }
  const begun = findBeginning(reader, name);
  if (begun.length > 1) {
    const names = begun.map(({ option }) => `\`--${option.canonical}\``).join(", ");
    refuse(reader, "PM2009", `\`--${name}\` can be ${names}`, token, "write the name in full");
    return "ambiguous";
  }
  const [only] = begun;
  if (only !== undefined) return only;
  return loadProtocol(reader, name) ? findOption(reader, name, token) : null;
}

function findBeginning(reader: WordReader, name: string): readonly Found[] {
  const found = new Map<string, Found>();
  for (const [full, option] of GLOBALS_BY_NAME)
    if (full.startsWith(name)) found.set(` ${option.canonical}`, { module: null, option });
  for (const [index, module] of reader.modules.entries())
    for (const [full, option] of module.table ?? [])
      if (full.startsWith(name)) found.set(`${index} ${option.canonical}`, { module, option });
  return [...found.values()];
}

/** `-p tcp --dport 25` loads the match `tcp` by itself. */
function loadProtocol(reader: WordReader, option: string): boolean {
  const protocol = reader.basics.get("protocol");
  if (protocol === undefined || reader.protocolLoaded) return false;
  const number = parseProtocol(protocol.values[0] ?? "", reader.context.family);
  const name = number === null ? undefined : PROTOCOL_MATCHES.get(number);
  const spec = name === undefined ? null : findMatch(name);
  if (name === undefined || spec === null) return false;
  if (reader.modules.some((module) => module.name === name)) return false;
  if (![...spec.options.keys()].some((known) => known.startsWith(option))) return false;
  reader.protocolLoaded = true;
  const { options: table } = spec;
  reader.modules.push({ kind: "match", name, table, options: [], span: protocol.span });
  return true;
}
