import {
  type ConfigReader,
  type ConfigText,
  DEFAULT_PORTS,
  hostsOfConnection,
  type Need,
  type NeedKind,
  parseHostPort,
} from "./model.ts";

/** One parameter as main.cf sets it. */
interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** What stands for a name that main.cf does not set, of those that paths are written with (postconf -d, 3.7). */
const DEFAULTS: readonly (readonly [string, string])[] = [
  ["meta_directory", "$config_directory"],
  ["sample_directory", "$config_directory"],
  ["queue_directory", "/var/spool/postfix"],
  ["data_directory", "/var/lib/postfix"],
  ["daemon_directory", "/usr/lib/postfix/sbin"],
  ["command_directory", "/usr/sbin"],
  ["mail_spool_directory", "/var/mail"],
  ["mail_owner", "postfix"],
  ["default_database_type", "hash"],
];

/** How deep `$name` may refer to others before it is taken for a loop. */
const MAXIMUM_DEPTH = 10;

/** What Postfix's main.cf and master.cf, and the tables that they name, connect to (postconf(5)). */
export function readPostfix(folder: string, reader: ConfigReader): readonly Need[] {
  const main = readParameters(reader.read(`${folder}/main.cf`));
  const all = new Map([["config_directory", folder], ...DEFAULTS, ...main.map(valueByName)]);
  const expanded = [...lastOf(main), ...readOverrides(reader.read(`${folder}/master.cf`))].map(
    (one) => ({ ...one, value: expand(one.value, all, 0) }),
  );
  const tables = new Map<string, { readonly type: string; readonly path: string }>();
  for (const { value } of expanded)
    for (const [, type = "", path = ""] of value.matchAll(TABLE))
      tables.set(`${type}:${path}`, { type, path });
  const found = [
    ...expanded.flatMap(servicesOf),
    ...expanded.flatMap(directTables),
    ...[...tables.values()].flatMap(({ type, path }) =>
      readTable(type, absolute(path, folder), folder, reader),
    ),
  ];
  const unique = new Map(
    found.map((need) => [JSON.stringify([need.name, need.host, need.port, need.kind]), need]),
  );
  return [...unique.values()];
}

function valueByName({ name, value }: Parameter): readonly [string, string] {
  return [name, value];
}

/** A parameter that is set twice is what it was set to last. */
function lastOf(parameters: readonly Parameter[]): readonly Parameter[] {
  return [...new Map(parameters.map((one) => [one.name, one])).values()];
}

/** Tables that ask another machine (their manual: pgsql_table(5) and the like). */
const TABLE = /(?:^|[\s,{:])(pgsql|mysql|ldap|memcache):(\/?[\w./-]+)/g;

function absolute(path: string, folder: string): string {
  return path.startsWith("/") ? path : `${folder}/${path}`;
}

/** Lines that begin with white space go on with the one before (postconf(5)). */
function logicalLines(text: string): readonly { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const last = found.at(-1);
    if (/^\s/.test(raw) && last !== undefined) last.text += ` ${raw.trim()}`;
    else found.push({ text: raw.trim(), line: index + 1 });
  }
  return found;
}

function readParameters(file: ConfigText | null): readonly Parameter[] {
  if (file === null) return [];
  return logicalLines(file.text).flatMap(({ text, line }): readonly Parameter[] => {
    const [, name, value = ""] = /^([\w-]+)\s*=\s*(.*)$/.exec(text) ?? [];
    return name === undefined ? [] : [{ name, value, file: file.path, line }];
  });
}

/** `-o name=value`, `-o { name = value }` of master.cf. */
function readOverrides(file: ConfigText | null): readonly Parameter[] {
  if (file === null) return [];
  return logicalLines(file.text).flatMap(({ text, line }) =>
    [...text.matchAll(/-o\s+(?:\{\s*([\w-]+)\s*=\s*([^}]*)\}|([\w-]+)=(\S*))/g)].map(
      ([, braced, words = "", bare = "", word = ""]) => ({
        name: braced ?? bare,
        value: braced === undefined ? word : words.trim(),
        file: file.path,
        line,
      }),
    ),
  );
}

/** `$name`, `${name}`, `$(name)`; of a conditional (`${name?yes:no}`) everything that it might be. */
function expand(value: string, all: ReadonlyMap<string, string>, depth: number): string {
  if (depth > MAXIMUM_DEPTH) return "";
  return value.replace(
    /\$(?:(\w+)|\{(\w+)\}|\((\w+)\)|\{\w+([?:][^{}]*(?:\{[^{}]*\}[^{}]*)*)\})/g,
    (_whole, one?: string, two?: string, three?: string, other?: string) => {
      if (other !== undefined) return other.replace(/^[?:]|[{}]/g, " ");
      const known = all.get(one ?? two ?? three ?? "");
      return known === undefined ? "" : expand(known, all, depth + 1);
    },
  );
}

/** Parameters that name one next hop. */
const HOPS: Readonly<Record<string, NeedKind>> = {
  relayhost: "relay",
  default_transport: "relay",
  relay_transport: "relay",
  content_filter: "filter",
  virtual_transport: "delivery",
  mailbox_transport: "delivery",
  local_transport: "delivery",
};

function servicesOf({ name, value, file, line }: Parameter): readonly Need[] {
  const need = (kind: NeedKind, at: { readonly host: string; readonly port: number }): Need => ({
    program: "postfix",
    kind,
    name: "",
    ...at,
    protocols: ["tcp"],
    file,
    line,
  });
  const inet = [
    ...value.replace(DIRECT, "").matchAll(/\binet6?:(\[[^\]\s]+\]|[\w.-]+):(\d{1,5})/g),
  ].map(([, host = "", port = ""]) =>
    need(kindOfParameter(name), { host: host.replace(/^\[|\]$/g, ""), port: Number(port) }),
  );
  const kind = HOPS[name];
  if (kind === undefined || inet.length > 0) return inet;
  const hop = hopOf(value.trim());
  return hop === null ? inet : [...inet, need(kind, hop)];
}

/** Tables whose server stands in their name (tcp_table(5), socketmap_table(5)). */
const DIRECT = /\b(?:tcp|socketmap:inet):(\[[^\]\s]+\]|[\w.-]+):(\d{1,5})(?::[\w.-]+)?/g;

function directTables({ value, file, line }: Parameter): readonly Need[] {
  return [...value.matchAll(DIRECT)].map(([name, host = "", port = ""]) => ({
    program: "postfix",
    kind: "database",
    name,
    host: host.replace(/^\[|\]$/g, ""),
    port: Number(port),
    protocols: ["tcp"],
    file,
    line,
  }));
}

function kindOfParameter(name: string): NeedKind {
  if (name.includes("sasl")) return "login";
  return HOPS[name] ?? (/transport/.test(name) ? "delivery" : "filter");
}

/** `[mx.example]:587`, `smtp:[10.0.0.1]:10025`; a bare domain is looked up in DNS, and has no one host. */
function hopOf(value: string): { readonly host: string; readonly port: number } | null {
  const [, bracketed] =
    /^(?:(?:smtp|lmtp|relay|smtps?|submission):)?(\[[^\]]+\](?::\d{1,5})?)$/.exec(value) ?? [];
  return bracketed === undefined ? null : parseHostPort(bracketed, DEFAULT_PORTS.smtp);
}

function readTable(
  type: string,
  path: string,
  folder: string,
  reader: ConfigReader,
): readonly Need[] {
  const file = reader.read(path);
  const keys = readParameters(file);
  /* A cache asks another table for what it does not hold (memcache_table(5)); such a one asks no third. */
  const [, behind = "", other = ""] =
    type === "memcache"
      ? (/\b(pgsql|mysql|ldap):(\/?[\w./-]+)/.exec(
          keys.find(({ name }) => name === "backup")?.value ?? "",
        ) ?? [])
      : [];
  const backup = other === "" ? [] : readTable(behind, absolute(other, folder), folder, reader);
  return [...backup, ...ofTable(type, path, keys)];
}

function ofTable(type: string, path: string, keys: readonly Parameter[]): readonly Need[] {
  return hostsOfTable(type, keys).map(({ host, port, line }) => ({
    program: "postfix",
    kind: "database",
    name: `${type}:${path}`,
    host,
    port,
    protocols: ["tcp"],
    file: path,
    line,
  }));
}

interface Placed {
  readonly host: string;
  readonly port: number;
  readonly line: number;
}

function hostsOfTable(type: string, keys: readonly Parameter[]): readonly Placed[] {
  const key = (name: string) => keys.findLast((one) => one.name === name);
  switch (type) {
    case "pgsql":
      return [...hostList(key("hosts"), DEFAULT_PORTS.pgsql), ...connectionOf(key("dbname"))];
    case "mysql":
      return hostList(key("hosts"), DEFAULT_PORTS.mysql);
    case "ldap":
      return hostList(key("server_host"), Number(key("server_port")?.value ?? DEFAULT_PORTS.ldap));
    default:
      return hostList(key("memcache"), DEFAULT_PORTS.memcache);
  }
}

/** `hosts = inet:10.0.0.1:5433, db2 unix:/run/x postgresql://u@db3/mail ldaps://dir`. */
function hostList(parameter: Parameter | undefined, defaultPort: number): readonly Placed[] {
  if (parameter === undefined) return [];
  return parameter.value.split(/[\s,]+/).flatMap((word): readonly Placed[] => {
    if (word === "" || word.startsWith("unix:") || word.startsWith("/")) return [];
    const [, scheme, rest] = /^(\w+):\/\/(?:[^@/]*@)?([^/?]*)/.exec(word) ?? [];
    const port = scheme === "ldaps" ? DEFAULT_PORTS.ldaps : defaultPort;
    const at = parseHostPort(rest ?? word.replace(/^inet:/, ""), port);
    return at === null ? [] : [{ ...at, line: parameter.line }];
  });
}

/** libpq takes a whole connection string in place of a name. */
function connectionOf(parameter: Parameter | undefined): readonly Placed[] {
  if (parameter === undefined || !/\bhost(addr)?\s*=/.test(parameter.value)) return [];
  return hostsOfConnection(parameter.value, DEFAULT_PORTS.pgsql).map((at) => ({
    ...at,
    line: parameter.line,
  }));
}
