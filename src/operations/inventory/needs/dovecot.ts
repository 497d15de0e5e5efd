import {
  type ConfigReader,
  type ConfigText,
  DEFAULT_PORTS,
  hostsOfConnection,
  type Need,
  parseHostPort,
} from "./model.ts";

/** Files that one file may lead to, in a row. */
const MAXIMUM_DEPTH = 8;

interface Setting {
  /** Names of the blocks around it: `passdb`, `passdb sql`. */
  readonly blocks: readonly string[];
  readonly key: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** What Dovecot's configuration connects to, of 2.3 (`args = FILE`) and of 2.4 (`pgsql HOST { … }`). */
export function readDovecot(folder: string, reader: ConfigReader): readonly Need[] {
  const settings = readSettings(reader.read(`${folder}/dovecot.conf`), reader, 0);
  const found = [
    ...settings.flatMap((one) => inlineNeeds(one, settings)),
    ...settings.flatMap((one) => sqlFile(one)).flatMap((path) => fileNeeds(path, reader)),
  ];
  const unique = new Map(
    found.map((need) => [JSON.stringify([need.host, need.port, need.kind]), need]),
  );
  return [...unique.values()];
}

function readSettings(
  file: ConfigText | null,
  reader: ConfigReader,
  depth: number,
): readonly Setting[] {
  if (file === null || depth > MAXIMUM_DEPTH) return [];
  const found: Setting[] = [];
  const blocks: string[] = [];
  for (const [index, raw] of file.text.split("\n").entries()) {
    const text = raw.replace(/(^|\s)#.*$/, "").trim();
    const [, included] = /^!include(?:_try)?\s+(\S+)$/.exec(text) ?? [];
    const [, opened] = /^([^={}]+?)\s*\{$/.exec(text) ?? [];
    const [, key, value = ""] = /^([\w/-]+)\s*=\s*(.*)$/.exec(text) ?? [];
    if (included !== undefined) {
      const path = beside(file.path, included);
      const files = /[*?]/.test(path) ? reader.list(path) : [reader.read(path)];
      for (const one of files) found.push(...readSettings(one, reader, depth + 1));
    } else if (opened !== undefined) blocks.push(opened);
    else if (text === "}") blocks.pop();
    else if (key !== undefined)
      found.push({
        blocks: [...blocks],
        key,
        value: unquoted(value),
        file: file.path,
        line: index + 1,
      });
    if (opened !== undefined) {
      const [, kind, host] = /^(pgsql|mysql)\s+(\S+)$/.exec(opened) ?? [];
      if (kind !== undefined && host !== undefined)
        found.push({
          blocks: [...blocks],
          key: kind,
          value: host,
          file: file.path,
          line: index + 1,
        });
    }
  }
  return found;
}

/** A relative path begins at the folder of the file that it stands in (measured with doveconf 2.3.19). */
function beside(file: string, path: string): string {
  return path.startsWith("/") ? path : `${file.slice(0, file.lastIndexOf("/"))}/${path}`;
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, "$1");
}

/** `args = /etc/dovecot/dovecot-sql.conf.ext` within a passdb or userdb of sql or ldap. */
function sqlFile({ blocks, key, value }: Setting): readonly string[] {
  const isLookup = blocks.some((block) => /^(passdb|userdb|dict)\b/.test(block));
  if (key === "args" && isLookup && value.startsWith("/")) return [value.split(/\s+/)[0] ?? value];
  /* dict { quota = pgsql:/etc/dovecot/dict.conf } */
  const [, path] = /^(?:pgsql|mysql|sqlite):(\/\S+)$/.exec(value) ?? [];
  return path === undefined ? [] : [path];
}

/** What 2.4 writes into its main files. */
function inlineNeeds(setting: Setting, all: readonly Setting[]): readonly Need[] {
  const { key, value, file, line } = setting;
  if (key === "pgsql" || key === "mysql")
    return placed(serversOf({ ...setting, key }, all), key, file, line);
  if (key === "ldap_uris") return placed(ldapUris(value), "ldap", file, line);
  return [];
}

/**
 * `pgsql NAME { … }`: the name is the host where nothing within says another one; `parameters` go to libpq as they
 * are, and stand before it (Dovecot's lib-sql/driver-pgsql.c, driver-mysql.c).
 */
function serversOf(
  { key: kind, value: name }: Setting & { readonly key: "pgsql" | "mysql" },
  all: readonly Setting[],
) {
  const parameters = `${kind}_parameters`;
  const isWithin = ({ blocks }: Setting) => blocks.includes(`${kind} ${name}`);
  const isCommon = ({ blocks, key }: Setting) =>
    blocks.at(-1) === parameters || key.startsWith(`${parameters}/`) || key === `${kind}_port`;
  const common = all.filter((one) => isCommon(one) && !one.blocks.some(isServer));
  const settings = [...common, ...all.filter(isWithin)];
  const lastOf = (wanted: string) =>
    settings.findLast(({ key }) => bareName(key, kind) === wanted)?.value ?? null;
  const host = lastOf("hostaddr") ?? lastOf("host") ?? name;
  const port = Number(lastOf("port") ?? DEFAULT_PORTS[kind]);
  return host.split(",").map((one) => parseHostPort(one, port));
}

function isServer(block: string): boolean {
  return /^(?:pgsql|mysql) /.test(block);
}

/** `pgsql_parameters/port`, `parameters/port`, `mysql_port` and `port` are the same within such a block. */
function bareName(key: string, kind: string): string {
  const own = key.startsWith(`${kind}_`) ? key.slice(kind.length + 1) : key;
  return own.replace(/^parameters\//, "");
}

function fileNeeds(path: string, reader: ConfigReader): readonly Need[] {
  const settings = readSettings(reader.read(path), { read: () => null, list: () => [] }, 0);
  const driver = settings.find(({ key }) => key === "driver")?.value ?? "";
  return settings.flatMap(({ key, value, line }): readonly Need[] => {
    if (key === "connect" && (driver === "pgsql" || driver === "mysql")) {
      return placed(hostsOfConnection(value, DEFAULT_PORTS[driver]), driver, path, line);
    }
    if (key === "uris") return placed(ldapUris(value), "ldap", path, line);
    if (key === "hosts") {
      const hosts = value.split(/[\s,]+/).map((word) => parseHostPort(word, DEFAULT_PORTS.ldap));
      return placed(hosts, "ldap", path, line);
    }
    return [];
  });
}

function ldapUris(value: string) {
  return value.split(/[\s,]+/).map((uri) => {
    const [, scheme, rest = ""] = /^(ldaps?):\/\/([^/]*)/.exec(uri) ?? [];
    return parseHostPort(rest, scheme === "ldaps" ? DEFAULT_PORTS.ldaps : DEFAULT_PORTS.ldap);
  });
}

function placed(
  hosts: readonly ({ readonly host: string; readonly port: number } | null)[],
  name: string,
  file: string,
  line: number,
): readonly Need[] {
  return hosts.flatMap((at): readonly Need[] =>
    at === null || at.host.startsWith("/")
      ? []
      : [{ program: "dovecot", kind: "database", name, ...at, protocols: ["tcp"], file, line }],
  );
}
