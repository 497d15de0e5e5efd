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
  const settings = readSettings(reader.read(`${folder}/dovecot.conf`), folder, reader, 0);
  const found = [
    ...settings.flatMap((one) => inlineNeeds(one)),
    ...settings.flatMap((one) => sqlFile(one)).flatMap((path) => fileNeeds(path, reader)),
  ];
  const unique = new Map(
    found.map((need) => [JSON.stringify([need.host, need.port, need.kind]), need]),
  );
  return [...unique.values()];
}

function readSettings(
  file: ConfigText | null,
  folder: string,
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
      const path = included.startsWith("/") ? included : `${folder}/${included}`;
      const files = /[*?]/.test(path) ? reader.list(path) : [reader.read(path)];
      for (const one of files) found.push(...readSettings(one, folder, reader, depth + 1));
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
function inlineNeeds({ key, value, file, line }: Setting): readonly Need[] {
  if (key === "pgsql" || key === "mysql")
    return placed([parseHostPort(value, DEFAULT_PORTS[key])], key, file, line);
  if (key === "ldap_uris") return placed(ldapUris(value), "ldap", file, line);
  if (/^imapc_host$|^submission_relay_host$/.test(key)) return [];
  return [];
}

function fileNeeds(path: string, reader: ConfigReader): readonly Need[] {
  const settings = readSettings(reader.read(path), "", { read: () => null, list: () => [] }, 0);
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
