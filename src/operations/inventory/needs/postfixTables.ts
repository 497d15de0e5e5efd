import { type Hosts, hostsOfDirectory, hostsOfUri, valuesOf } from "./connection.ts";
import type { Includes } from "./includes.ts";
import {
  DEFAULT_PORTS,
  type Found,
  type HostPort,
  joinFound,
  parseHostPort,
  toPort,
} from "./model.ts";
import { type Parameter, readParameters } from "./postfixFiles.ts";

/** Tables that ask another machine (their manuals: pgsql_table(5) and the like), by file, name, or within braces. */
const TABLE =
  /(?:^|[\s,{:])(pgsql|mysql|ldap|memcache|mongodb):(?:\{\s*(\{[^{}]*\}[\s,]*)+\}|([^\s,{}()]+))/g;

/** Where tables look for what they need. */
interface Around {
  readonly includes: Includes;
  /** What main.cf sets: the keys of a table whose name is no path stand there. */
  readonly main: readonly Parameter[];
}

/** What all the tables that parameters name connect to. */
export function readTables(parameters: readonly Parameter[], around: Around): Found {
  const found = new Map<string, Found>();
  for (const parameter of parameters)
    for (const [whole, type = "", braced, path = ""] of parameter.value.matchAll(TABLE)) {
      const name = braced === undefined ? `${type}:${path}` : `${type}:{`;
      const key = braced === undefined ? name : whole;
      if (found.has(key)) continue;
      found.set(
        key,
        braced === undefined
          ? readTable(type, path, around)
          : hostsIn(type, name, parameter.file, withinBraces(whole, parameter)),
      );
    }
  return joinFound([...found.values()]);
}

/** `pgsql:{ { hosts = 10.0.0.1 } { user = x } }`. */
function withinBraces(text: string, { file, line }: Parameter): readonly Parameter[] {
  return [...text.matchAll(/\{\s*([\w-]+)\s*=\s*([^{}]*?)\s*\}/g)].map(
    ([, name = "", value = ""]) => ({ name, value, file, line }),
  );
}

function readTable(type: string, path: string, around: Around): Found {
  const name = `${type}:${path}`;
  const file = path.startsWith("/") ? (around.includes.open(path, [])?.[0] ?? null) : null;
  /* A name that is no path is the beginning of names in main.cf (measured with postmap 3.7). */
  const keys =
    file === null && !/^[./]/.test(path)
      ? around.main.flatMap((one) =>
          one.name.startsWith(`${path}_`)
            ? [{ ...one, name: one.name.slice(path.length + 1) }]
            : [],
        )
      : readParameters(file);
  if (keys.length === 0) return unknown(name, path);
  /* A cache asks another table for what it does not hold (memcache_table(5)); such a one asks no third. */
  const backup = keys.findLast((one) => one.name === "backup")?.value ?? "";
  const [, behind, other] = /\b(pgsql|mysql|ldap|mongodb):([^\s,{}()]+)/.exec(backup) ?? [];
  return joinFound([
    ...(type === "memcache" && behind !== undefined && other !== undefined
      ? [readTable(behind, other, around)]
      : []),
    hostsIn(type, name, file?.path ?? keys[0]?.file ?? path, keys),
  ]);
}

function unknown(name: string, file: string): Found {
  return { needs: [], unknown: [{ program: "postfix", kind: "database", name, file }] };
}

function hostsIn(type: string, name: string, file: string, keys: readonly Parameter[]): Found {
  const key = (wanted: string) => keys.findLast((one) => one.name === wanted);
  const parameter = key(HOST_KEYS[type] ?? "hosts");
  const hosts = hostsOfTable(type, parameter?.value ?? "", (wanted) => key(wanted)?.value ?? "");
  if (hosts === null) return unknown(name, file);
  const line = (parameter ?? key("dbname") ?? keys[0])?.line ?? 1;
  const needs = hosts.map((at) => ({
    program: "postfix" as const,
    kind: "database" as const,
    name,
    ...at,
    protocols: ["tcp"] as const,
    file,
    line,
  }));
  return { needs, unknown: [] };
}

const HOST_KEYS: Readonly<Record<string, string>> = {
  ldap: "server_host",
  memcache: "memcache",
  mongodb: "uri",
};

/** Without a host, each of them asks its own machine. */
function hostsOfTable(type: string, hosts: string, textOf: (key: string) => string): Hosts {
  switch (type) {
    case "pgsql":
      return hostsOfPgsql(hosts, textOf("dbname"));
    case "mysql":
      return hostList(hosts, DEFAULT_PORTS.mysql);
    case "ldap": {
      const port = toPort(textOf("server_port") || String(DEFAULT_PORTS.ldap));
      return port === null ? null : hostsOfDirectory(hosts, port);
    }
    case "mongodb": {
      const [, place] = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(hosts) ?? [];
      return place === undefined ? null : hostList(place, DEFAULT_PORTS.mongodb);
    }
    default:
      return hostList(hosts, DEFAULT_PORTS.memcache);
  }
}

/**
 * Postfix hands the host over beside `dbname`, where it wins over a host that a connection string in there names, and
 * `localhost` does so too; the string's port and `hostaddr` hold (measured with Postfix 3.7 and libpq 15).
 */
function hostsOfPgsql(hosts: string, dbname: string): Hosts {
  const port = toPort(portOfConnection(dbname) ?? String(DEFAULT_PORTS.pgsql));
  if (port === null) return null;
  const [address] = valuesOf(dbname, "hostaddr");
  return hostList(address ?? hosts, port);
}

function portOfConnection(dbname: string): string | null {
  if (/^postgres(?:ql)?:\/\//.test(dbname)) {
    const [first] = hostsOfUri(dbname) ?? [];
    return first === undefined ? null : String(first.port);
  }
  return valuesOf(dbname, "port")[0] ?? null;
}

/** `hosts = inet:10.0.0.1:5433, db2 unix:/run/x postgresql://u@db3/mail`. */
function hostList(value: string, defaultPort: number): Hosts {
  const found: HostPort[] = [];
  for (const word of value.split(/[\s,]+/)) {
    if (word === "" || word.startsWith("unix:") || word.startsWith("/")) continue;
    const at = word.startsWith("postgresql:")
      ? hostsOfUri(word)
      : oneOf(parseHostPort(word.replace(/^inet:/, ""), defaultPort));
    if (at === null) return null;
    found.push(...at);
  }
  return found;
}

function oneOf(at: HostPort | null): Hosts {
  return at === null ? null : [at];
}
