import { DEFAULT_PORTS, type HostPort, parseHostPort, toPort } from "./model.ts";

/** Where a connection string leads; null: it was not understood. Empty: through a socket of the host. */
export type Hosts = readonly HostPort[] | null;

/**
 * Hosts of a connection string of libpq, which Dovecot takes for MySQL as well: `host=a,b port=5432`, with `host=`
 * again for more, or a URI (PostgreSQL's manual, "Connection Strings").
 */
export function hostsOfConnection(text: string, defaultPort: number): Hosts {
  const uri = /^postgres(?:ql)?:\/\/\S*$/.exec(text.trim())?.[0];
  if (uri !== undefined) return hostsOfUri(uri);
  const ports = valuesOf(text, "port");
  const addresses = placed(valuesOf(text, "hostaddr"), ports, defaultPort);
  const names = placed(valuesOf(text, "host"), ports, defaultPort);
  return addresses === null || names === null ? null : [...addresses, ...names];
}

/** Values of one word of a connection string, in order. */
export function valuesOf(text: string, key: string): readonly string[] {
  const pattern = new RegExp(`(?:^|\\s)${key}\\s*=\\s*(?:'([^']*)'|([^\\s']+))`, "g");
  return [...text.matchAll(pattern)].flatMap(([, quoted, bare = ""]) =>
    (quoted ?? bare).split(","),
  );
}

/** `postgresql://user:secret@db1:5433,db2/mail?host=db3&port=5434`: what the query says stands above the rest. */
export function hostsOfUri(uri: string): Hosts {
  const [, place = "", query = ""] =
    /^postgres(?:ql)?:\/\/(?:[^/?]*@)?([^/?]*)(?:\/[^?]*)?(?:\?(.*))?$/.exec(uri) ?? [];
  const parameters = new URLSearchParams(query);
  const ports = parameters.get("port")?.split(",") ?? [];
  const named = parameters.get("hostaddr") ?? parameters.get("host");
  if (named !== null) return placed(named.split(","), ports, DEFAULT_PORTS.pgsql);
  const found: HostPort[] = [];
  for (const [index, word] of place.split(",").entries()) {
    if (word === "" || word.startsWith("%2F")) continue;
    const port = toPort(ports[index] ?? ports[0] ?? String(DEFAULT_PORTS.pgsql));
    const at = port === null ? null : parseHostPort(word, port);
    if (at === null) return null;
    found.push(at);
  }
  return found;
}

function placed(hosts: readonly string[], ports: readonly string[], defaultPort: number): Hosts {
  const found: HostPort[] = [];
  for (const [index, host] of hosts.entries()) {
    if (host === "" || host.startsWith("/") || host.startsWith("@")) continue;
    const port = toPort(ports[index] ?? ports[0] ?? String(defaultPort));
    const at = port === null ? null : parseHostPort(host, port);
    if (at === null) return null;
    found.push(at);
  }
  return found;
}

/** `ldap://dir:1389 ldaps://dir2`; one over a socket (`ldapi:`) stays within the host. */
export function hostsOfDirectory(text: string, defaultPort: number = DEFAULT_PORTS.ldap): Hosts {
  const found: HostPort[] = [];
  for (const word of text.split(/[\s,]+/)) {
    if (word === "" || word.startsWith("ldapi:")) continue;
    const [, scheme, rest] = /^(ldaps?):\/\/([^/?]*)/i.exec(word) ?? [];
    const port = scheme?.toLowerCase() === "ldaps" ? DEFAULT_PORTS.ldaps : defaultPort;
    if (rest === "") continue;
    const at = parseHostPort(rest ?? word, port);
    if (at === null) return null;
    found.push(at);
  }
  return found;
}
