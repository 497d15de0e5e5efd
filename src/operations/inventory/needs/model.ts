/** A connection that a program of a host needs, and the line that says so. */
export interface Need {
  readonly program: "postfix" | "dovecot" | "system";
  readonly kind: NeedKind;
  /** What the program calls it in its log: `pgsql:/etc/postfix/users.cf`; empty: nothing. */
  readonly name: string;
  /** As it is written: an address or a name. */
  readonly host: string;
  readonly port: number;
  readonly protocols: readonly ("tcp" | "udp")[];
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export type NeedKind =
  /** Users, passwords, maps: pgsql, mysql, ldap, memcache. */
  | "database"
  | "resolver"
  /** Where all mail goes that is not ours. */
  | "relay"
  /** Milters, policy services, content filters. */
  | "filter"
  /** Where mail is delivered, or people's logins are checked, over the network. */
  | "delivery"
  | "login";

export interface ConfigText {
  readonly path: string;
  readonly text: string;
}

/** Hands out files, and remembers which are not there; nobody misses one that is `optional`. */
export interface ConfigReader {
  read(path: string, need?: "optional"): ConfigText | null;
  list(pattern: string, need?: "optional"): readonly ConfigText[];
}

/** Ports where none is written. */
export const DEFAULT_PORTS = {
  pgsql: 5432,
  mysql: 3306,
  ldap: 389,
  ldaps: 636,
  memcache: 11211,
  smtp: 25,
  dns: 53,
} as const;

/** `host`, `host:port`, `[2001:db8::1]:port`; null: it is none. */
export function parseHostPort(
  text: string,
  port: number,
): { readonly host: string; readonly port: number } | null {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  if (bracketed?.[1] !== undefined)
    return { host: bracketed[1], port: Number(bracketed[2] ?? port) };
  const plain = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(text);
  if (plain?.[1] !== undefined) return { host: plain[1], port: Number(plain[2] ?? port) };
  return /^[0-9a-f:]+:[0-9a-f:.]*$/i.test(text) ? { host: text, port } : null;
}

/** Hosts in a connection string of libpq (`host=a,b port=5432`); Dovecot repeats `host=` for more. */
export function hostsOfConnection(
  text: string,
  defaultPort: number,
): readonly { readonly host: string; readonly port: number }[] {
  const valuesOf = (key: string) =>
    [...text.matchAll(new RegExp(`(?:^|\\s)${key}\\s*=\\s*'?([^\\s']+)`, "g"))].flatMap((match) =>
      (match[1] ?? "").split(","),
    );
  const hosts = [...valuesOf("hostaddr"), ...valuesOf("host")];
  const ports = valuesOf("port");
  return hosts
    .filter((host) => !host.startsWith("/"))
    .map((host, index) => ({ host, port: Number(ports[index] ?? ports[0] ?? defaultPort) }));
}
