import { type Hosts, hostsOfConnection, hostsOfDirectory } from "./connection.ts";
import { readSettings, type Setting } from "./dovecotSettings.ts";
import { type Includes, openIncludes } from "./includes.ts";
import { type ConfigReader, DEFAULT_PORTS, type Found, joinFound, type NeedKind } from "./model.ts";

type Sql = "pgsql" | "mysql";

/** Where a setting stands, and what it is for. */
interface Place extends Pick<Setting, "file" | "line"> {
  /** `pgsql`, as the log says it; empty: not known. */
  readonly name: string;
  readonly kind: NeedKind;
}

/** What Dovecot's configuration connects to, of 2.3 (`args = FILE`) and of 2.4 (`pgsql HOST { … }`). */
export function readDovecot(folder: string, reader: ConfigReader): Found {
  const includes = openIncludes(reader);
  const path = `${folder}/dovecot.conf`;
  const [main] = includes.open(path, []) ?? [];
  if (main === undefined) return unknown(databaseIn(path));
  const { settings, missing } = readSettings(main, includes);
  const found = joinFound([
    ...missing.map((file) => unknown(databaseIn(file))),
    ...settings.map((one) => needsOf(one, settings, includes)),
  ]);
  const unique = new Map(
    found.needs.map((need) => [JSON.stringify([need.host, need.port, need.kind]), need]),
  );
  return { ...found, needs: [...unique.values()] };
}

function databaseIn(file: string): Place {
  return { file, line: 1, name: "", kind: "database" };
}

function needsOf(setting: Setting, all: readonly Setting[], includes: Includes): Found {
  const { key, value, blocks } = setting;
  const [, server, name = ""] = key === "" ? (/^(pgsql|mysql)\s+(\S+)$/.exec(value) ?? []) : [];
  const kind = blocks.some((block) => /^dict(?:_server)?\b/.test(block))
    ? "dictionary"
    : "database";
  if (server !== undefined) {
    const driver = server === "pgsql" ? "pgsql" : "mysql";
    return placed(serversOf(driver, name, all), { ...setting, name: driver, kind });
  }
  if (key === "ldap_uris")
    return placed(hostsOfDirectory(value), { ...setting, name: "ldap", kind });
  const lookup = blocks.at(-1) ?? "";
  if (/^(?:passdb|userdb)\b/.test(lookup)) return ofLookup(setting, all, includes);
  /* dict { quota = pgsql:/etc/dovecot/dict.conf } */
  const [, dictionary, path] = /^(pgsql|mysql):(\/\S+)$/.exec(value) ?? [];
  return path === undefined
    ? NOTHING
    : inFile(path, dictionary === "pgsql" ? "pgsql" : "mysql", "dictionary", includes);
}

const NOTHING: Found = { needs: [], unknown: [] };

/** Lookups that ask a server which no line of ours is read for. */
const ELSEWHERE: ReadonlySet<string> = new Set(["imap", "oauth2", "lua", "checkpassword", "dict"]);

/** `driver = sql`, `args = /etc/dovecot/dovecot-sql.conf.ext` within a passdb or userdb. */
function ofLookup(setting: Setting, all: readonly Setting[], includes: Includes): Found {
  const { key, value, file } = setting;
  if (key === "driver" && ELSEWHERE.has(value))
    return unknown({ ...databaseIn(file), name: value });
  if (key !== "args") return NOTHING;
  const at = all.indexOf(setting);
  const driver = driverBeside(at, all);
  if (driver !== null && driver !== "sql" && driver !== "ldap") return NOTHING;
  const path = value.split(/\s+/).find((word) => word.startsWith("/"));
  if (path !== undefined) return inFile(path, null, "database", includes);
  return driver === null ? NOTHING : unknown({ ...databaseIn(file), name: driver });
}

/** The driver of the block that a setting stands in; null: it is not said. */
function driverBeside(at: number, all: readonly Setting[]): string | null {
  const own = all[at];
  if (own === undefined) return null;
  const isInside = (one: Setting | undefined) =>
    one !== undefined && one.key !== "" && one.file === own.file && isSame(one.blocks, own.blocks);
  let first = at;
  while (isInside(all[first - 1])) first--;
  let last = at;
  while (isInside(all[last + 1])) last++;
  return all.slice(first, last + 1).find(({ key }) => key === "driver")?.value ?? null;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}

/**
 * `pgsql NAME { … }`: the name is the host where nothing within says another one; `parameters` go to libpq as they
 * are, and stand before it (Dovecot's lib-sql/driver-pgsql.c, driver-mysql.c).
 */
function serversOf(kind: Sql, name: string, all: readonly Setting[]): Hosts {
  const parameters = `${kind}_parameters`;
  const isWithin = ({ blocks }: Setting) => blocks.includes(`${kind} ${name}`);
  const isCommon = ({ blocks, key }: Setting) =>
    blocks.at(-1) === parameters || key.startsWith(`${parameters}/`) || key === `${kind}_port`;
  const common = all.filter((one) => isCommon(one) && !one.blocks.some(isServer));
  const settings = [...common, ...all.filter(isWithin)];
  const lastOf = (wanted: string) =>
    settings.findLast(({ key }) => bareName(key, kind) === wanted)?.value ?? null;
  const host = lastOf("hostaddr") ?? lastOf("host") ?? name;
  const port = lastOf("port") ?? String(DEFAULT_PORTS[kind]);
  return hostsOfConnection(`host='${host}' port='${port}'`, DEFAULT_PORTS[kind]);
}

function isServer(block: string): boolean {
  return /^(?:pgsql|mysql) /.test(block);
}

/** `pgsql_parameters/port`, `parameters/port`, `mysql_port` and `port` are the same within such a block. */
function bareName(key: string, kind: Sql): string {
  const own = key.startsWith(`${kind}_`) ? key.slice(kind.length + 1) : key;
  return own.replace(/^parameters\//, "");
}

/** What a file of its own says, of 2.3; a dictionary's file does not repeat its driver. */
function inFile(path: string, driver: Sql | null, kind: NeedKind, includes: Includes): Found {
  const [file] = includes.open(path, []) ?? [];
  if (file === undefined) return unknown({ ...databaseIn(path), name: driver ?? "", kind });
  const { settings } = readSettings(file, { open: () => null });
  const own = driver ?? settings.findLast(({ key }) => key === "driver")?.value ?? "";
  return joinFound(
    settings.map((setting) => {
      const { key, value } = setting;
      if (key === "connect" && own === "sqlite") return NOTHING;
      if (key === "connect" && (own === "pgsql" || own === "mysql"))
        return placed(hostsOfConnection(value, DEFAULT_PORTS[own]), {
          ...setting,
          name: own,
          kind,
        });
      if (key === "connect") return unknown({ ...setting, name: own, kind });
      if (key === "uris" || key === "hosts")
        return placed(hostsOfDirectory(value), { ...setting, name: "ldap", kind });
      return NOTHING;
    }),
  );
}

function unknown({ name, kind, file }: Place): Found {
  return { needs: [], unknown: [{ program: "dovecot", kind, name, file }] };
}

function placed(hosts: Hosts, place: Place): Found {
  if (hosts === null) return unknown(place);
  const { name, kind, file, line } = place;
  const needs = hosts.map((at) => ({
    program: "dovecot" as const,
    kind,
    name,
    ...at,
    protocols: ["tcp"] as const,
    file,
    line,
  }));
  return { needs, unknown: [] };
}
