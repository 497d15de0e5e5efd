import type { LogEvent, Peer, Trouble } from "./events.ts";
import type { LogLine } from "./line.ts";

/** Steps of one mail that mean something only together. */
type Step =
  | { readonly kind: "brought"; readonly queueId: string; readonly client: string }
  | { readonly kind: "queued"; readonly queueId: string };

const QUEUE_ID = "([0-9A-Za-z]{5,20})";
const BROUGHT = new RegExp(`^${QUEUE_ID}: client=(\\S+)`);
const QUEUED = new RegExp(`^${QUEUE_ID}: message-id=`);
const STATUS = new RegExp(`^${QUEUE_ID}: .*?\\brelay=(\\S+?), .*\\bstatus=(\\w+) \\((.*)\\)$`);

/** What a line of Postfix says (its source: global/log_adhoc.c, smtpd/, smtp/, dict_pgsql.c, dict_mysql.c). */
export function readPostfixLine({ program, text }: LogLine): LogEvent | Step | null {
  const part = program.split("/").at(-1) ?? "";
  const [, broughtId, client] = BROUGHT.exec(text) ?? [];
  if (broughtId !== undefined && client !== undefined && part === "smtpd")
    return { kind: "brought", queueId: broughtId, client };
  const [, queuedId] = QUEUED.exec(text) ?? [];
  if (queuedId !== undefined && part === "cleanup") return { kind: "queued", queueId: queuedId };
  const [, queueId, relay = "", status, reason = ""] = STATUS.exec(text) ?? [];
  if (queueId !== undefined && status === "sent")
    return {
      kind: "sent",
      queueId,
      peer: peerOf(relay),
      sinceConnectMs: connectionAge(text.slice(0, text.indexOf(" status="))),
    };
  if (queueId !== undefined) return statusEvent(part, queueId, relay, status ?? "", reason);
  return warning(part, text);
}

function statusEvent(
  part: string,
  queueId: string,
  relay: string,
  status: string,
  reason: string,
): LogEvent | null {
  switch (status) {
    case "bounced":
    case "expired":
      return { kind: "bounced", queueId, reason: reasonOf(reason) };
    case "deferred":
      return {
        kind: "deferred",
        queueId,
        reason: reasonOf(reason),
        trouble: troubleOf(part, reason, peerOf(relay)),
      };
    default:
      return null;
  }
}

const MS_IN_SECOND = 1_000;

/**
 * `delays=a/b/c/d` ends with the seconds of connecting and of sending (postconf(5), delay_logging); of a
 * connection that served before, `conn_use` tells.
 */
function connectionAge(text: string): number | null {
  if (/\bconn_use=/.test(text)) return null;
  const [, connecting, sending] = /\bdelays=[\d.]+\/[\d.]+\/([\d.]+)\/([\d.]+)/.exec(text) ?? [];
  return connecting === undefined ? null : (Number(connecting) + Number(sending)) * MS_IN_SECOND;
}

/** `mx.example[192.0.2.1]:25`; a socket (`mail1[private/dovecot-lmtp]`) and `none` are no peers. */
const PEER = /([\w.-]+)\[([0-9A-Fa-f.:]+)\](?::(\d+))?/;
const SMTP_PORT = 25;

function peerOf(text: string): Peer | null {
  const [, host, address, port] = PEER.exec(text) ?? [];
  if (host === undefined || address === undefined) return null;
  return { host, address, port: Number(port ?? SMTP_PORT) };
}

/** What a reason for waiting speaks of; also used for those that the queue repeats. */
export function troubleOf(part: string, reason: string, relay: Peer | null): Trouble {
  const [, name] = /Name service error for name=(\S+)/.exec(reason) ?? [];
  if (name !== undefined || /Host or domain name not found/.test(reason))
    return { kind: "names", name: name ?? null };
  if (
    /table lookup (?:problem|failure)|map lookup|lookup error|Temporary lookup failure/.test(reason)
  )
    return { kind: "database", program: "postfix", table: tableOf(reason), host: null };
  const isLost = /timed out|refused|No route to host|unreachable|lost connection/.test(reason);
  const peer = peerOf(reason) ?? relay;
  if (isLost && peer !== null) return { kind: "peer", peer };
  if (part === "lmtp" || /\[private\/[\w-]*lmtp\]/.test(reason)) return { kind: "delivery" };
  return { kind: "other" };
}

function tableOf(text: string): string | null {
  const [, type, path] = /\b(pgsql|mysql|ldap|memcache):(\/[\w./-]+)/.exec(text) ?? [];
  return type === undefined ? null : `${type}:${path}`;
}

type Rule = readonly [pattern: RegExp, troubleFor: (match: RegExpExecArray) => Trouble];

const database = (table: string | null, host: string | null): Trouble => ({
  kind: "database",
  program: "postfix",
  table,
  host,
});

/** Warnings, and answers to those who come, in the order in which they are tried. */
const RULES: readonly Rule[] = [
  [
    /connect to (?:pgsql|mysql) server (?:inet:)?(\S+?):? /,
    ([, host]) => database(null, host ?? null),
  ],
  [
    /dict_ldap_\w+: Unable to (?:bind|connect) to server (?:ldaps?:\/\/)?([^\s/]+)/,
    ([, host]) => database(null, host ?? null),
  ],
  [
    /\b(?:pgsql|mysql|ldap|memcache):\/\S+(?: |: )(?:lookup error|table lookup)/,
    ({ input }) => database(tableOf(input), null),
  ],
  [/\b(?:map|table) lookup problem/, ({ input }) => database(tableOf(input), null)],
  [/: 4\d\d .*Temporary lookup failure/, () => database(null, null)],
  [
    /SASL .* authentication failed: (?:Connection lost to authentication server|Temporary)/,
    () => ({ kind: "login" }),
  ],
  [/SASL: Connect to \S+ failed/, () => ({ kind: "login" })],
];

function warning(part: string, text: string): LogEvent | null {
  for (const [pattern, troubleFor] of RULES) {
    const match = pattern.exec(text);
    if (match !== null)
      return { kind: "trouble", reason: reasonOf(text), trouble: troubleFor(match) };
  }
  /* smtp tells of each address that it cannot reach, before it gives the mail up for now. */
  const peer =
    /^connect to /.test(text) && (part === "smtp" || part === "lmtp") ? peerOf(text) : null;
  return peer === null ? null : { kind: "trouble", reason: text, trouble: { kind: "peer", peer } };
}

/** Without who came and for whom: no addresses of people are kept. */
export function reasonOf(text: string): string {
  return text
    .replace(/<[^>]*>/g, "<…>")
    .replace(/"[^"]*"/g, '"…"')
    .replace(/\bsasl_username=.*$/, "sasl_username=…")
    .replace(/^NOQUEUE: reject: \w+ from \S+: /, "");
}
