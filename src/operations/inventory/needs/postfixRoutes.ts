import type { Includes } from "./includes.ts";
import type { ConfigText, HostPort, Need } from "./model.ts";
import { DEFAULT_PORTS } from "./model.ts";
import { logicalLines, type Parameter } from "./postfixFiles.ts";
import { hopOf, nextHop } from "./postfixHops.ts";

/** Rows of a table that are read: a provider has a hundred thousand domains, and few next hops. */
const MAXIMUM_ROWS = 20_000;

/** Parameters whose tables say where mail goes next; whether a transport stands before it. */
const ROUTES: Readonly<Record<string, boolean>> = {
  transport_maps: true,
  sender_dependent_default_transport_maps: true,
  sender_dependent_relayhost_maps: false,
};

/** Tables that are made of a text that lies beside them, and those that are the text itself. */
const TEXT = /\b(?:hash|btree|lmdb|cdb|dbm|sdbm|texthash|pcre|regexp|cidr):(\/[^\s,{}()]+)/g;
const INLINE = /\binline:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g;

/** Next hops that tables of routes name, as far as their text can be read; one of a database is not known. */
export function readRoutes(
  { name, value, file, line }: Parameter,
  transports: ReadonlyMap<string, string>,
  includes: Includes,
): readonly Need[] {
  const hasTransport = ROUTES[name];
  if (hasTransport === undefined) return [];
  const inline = [...value.matchAll(INLINE)].flatMap(([, rows = ""]) =>
    [...rows.matchAll(/[^\s,={}]+\s*=\s*([^\s,{}]+)/g)].map(([, hop = ""]) => ({
      hop,
      file,
      line,
    })),
  );
  const read = [...value.matchAll(TEXT)].flatMap(([, path = ""]) =>
    (includes.open(path, []) ?? []).flatMap(rowsOf),
  );
  const found = [...inline, ...read].flatMap((row) =>
    hopsOf(row.hop, hasTransport, transports).map(
      (at): Need => ({
        program: "postfix",
        kind: "relay",
        name: "",
        ...at,
        protocols: ["tcp"],
        file: row.file,
        line: row.line,
      }),
    ),
  );
  return found;
}

function hopsOf(
  hop: string,
  hasTransport: boolean,
  transports: ReadonlyMap<string, string>,
): readonly HostPort[] {
  return hasTransport ? hopOf(hop, transports) : nextHop(hop, DEFAULT_PORTS.smtp);
}

interface Row {
  readonly hop: string;
  readonly file: string;
  readonly line: number;
}

function rowsOf({ path, text }: ConfigText): readonly Row[] {
  return logicalLines(text)
    .slice(0, MAXIMUM_ROWS)
    .flatMap((row) => {
      const hop = row.text.split(/\s+/).at(-1) ?? "";
      return [{ hop, file: path, line: row.line }];
    });
}
