import { serviceNumber } from "../../../engine/base/names/services.ts";

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
  /** Dovecot's dictionaries: quotas, counters; nobody logs in by them. */
  | "dictionary"
  | "resolver"
  /** Where all mail goes that is not ours. */
  | "relay"
  | "milter"
  | "policy"
  /** Content filters, which mail is handed on to. */
  | "filter"
  /** Where mail is delivered, or people's logins are checked, over the network. */
  | "delivery"
  | "login";

/** A connection that is needed, and of which it was not understood where it leads: no other one stands for it. */
export interface UnknownNeed extends Pick<Need, "program" | "kind" | "name"> {
  /** The file that leads there. */
  readonly file: string;
}

/** What one reader has found. */
export interface Found {
  readonly needs: readonly Need[];
  readonly unknown: readonly UnknownNeed[];
}

export function joinFound(parts: readonly Found[]): Found {
  return {
    needs: parts.flatMap(({ needs }) => needs),
    unknown: parts.flatMap(({ unknown }) => unknown),
  };
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

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
  mongodb: 27017,
  smtp: 25,
  lmtp: 24,
  dns: 53,
} as const;

/** What stays within the host: no firewall stands between. */
export const LOOPBACK = /^(?:127\.|::1$|localhost$)/i;

/** `host`, `host:port`, `[2001:db8::1]:port`, with the port's name as well; null: it is none. */
export function parseHostPort(text: string, port: number): HostPort | null {
  const [, bracketed, plain, word] =
    /^(?:\[(?:ipv6:)?([^\]\s]+)\]|([\w.-]+))(?::([\w-]+))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined)
    return /^[0-9a-f:]+:[0-9a-f:.]*$/i.test(text) ? { host: text, port } : null;
  const found = word === undefined ? port : toPort(word);
  return found === null ? null : { host, port: found };
}

const HIGHEST_PORT = 65_535;

/** `587`, `submission`; null: nobody knows which one that is. */
export function toPort(word: string): number | null {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : serviceNumber(word.toLowerCase(), "tcp");
  return port === null || port < 1 || port > HIGHEST_PORT ? null : port;
}
