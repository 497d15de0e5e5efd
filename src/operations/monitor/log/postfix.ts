import { withoutWords } from "./cut.ts";
import type { LogEvent, Peer, Trouble } from "./events.ts";
import type { LogLine } from "./line.ts";
import { troubleOfWarning } from "./postfixWarnings.ts";

/** Steps of one mail that mean something only together. */
type Step =
  | { readonly kind: "brought"; readonly queueId: string; readonly client: string }
  | { readonly kind: "queued"; readonly queueId: string };

const QUEUE_ID = "([0-9A-Za-z]{5,20})";
const BROUGHT = new RegExp(`^${QUEUE_ID}: client=(\\S+)`);
const QUEUED = new RegExp(`^${QUEUE_ID}: message-id=`);
/* The first status is ours: what follows in parentheses may be the words of another server. */
const STATUS = new RegExp(
  `^${QUEUE_ID}: (?:\\w+=<…>, )*relay=([^\\s,]+), ([\\w=./, -]*)\\bstatus=(\\w+) \\((.*)\\)$`,
);

/** What a line of Postfix says (its source: global/log_adhoc.c, smtpd/, smtp/). */
export function readPostfixLine({ program, text: raw }: LogLine): LogEvent | Step | null {
  const part = program.split("/").at(-1) ?? "";
  const text = withoutWords(raw);
  const [, broughtId, client] = BROUGHT.exec(text) ?? [];
  if (broughtId !== undefined && client !== undefined && part === "smtpd")
    return { kind: "brought", queueId: broughtId, client };
  const [, queuedId] = QUEUED.exec(text) ?? [];
  if (queuedId !== undefined && part === "cleanup") return { kind: "queued", queueId: queuedId };
  const [, queueId, relay = "", delays = "", status, reason = ""] = STATUS.exec(text) ?? [];
  if (queueId !== undefined && status === "sent")
    return {
      kind: "sent",
      queueId,
      peer: peerOf(relay),
      sinceConnectMs: connectionAge(delays),
    };
  if (queueId !== undefined) return statusEvent(part, queueId, status ?? "", reason);
  return warning(part, text);
}

function statusEvent(
  part: string,
  queueId: string,
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
        trouble: troubleOf(part, reason),
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
export function troubleOf(part: string, reason: string): Trouble {
  const text = withoutWords(reason).replace(/^delivery temporarily suspended: /, "");
  const [, asked] = ANSWER.exec(text) ?? [];
  if (asked !== undefined)
    return SOCKET.test(asked) && OWN_FAILURE.test(text) ? { kind: "delivery" } : { kind: "other" };
  const [, name] = NO_NAME.exec(text) ?? [];
  if (name !== undefined) return { kind: "names", name };
  if (NO_HOST.test(text)) return { kind: "names", name: null };
  if (LOOKUP.test(text))
    return { kind: "database", program: "postfix", table: null, drivers: [], hosts: [] };
  const [, refused, lost, late] = LOST.exec(text) ?? [];
  const server = refused ?? lost ?? late ?? "";
  const peer = peerOf(server);
  if (peer !== null) return { kind: "peer", peer };
  if (SOCKET.test(server) || (part === "lmtp" && server !== "")) return { kind: "delivery" };
  return { kind: "other" };
}

/** A server was reached, and what follows are its own words (smtp_proto.c). */
const ANSWER = /^host (\S+) (?:said|refused to talk to me): /;
const SOCKET = /\[private\/[\w-]*lmtp\]/;
/** Dovecot's words where it could not look up or store: `451 4.3.0 Temporary internal error`. */
const OWN_FAILURE = / said: 4\d\d 4\.3\.\d /;
const NO_NAME = /^(?:Host or domain name not found\. )?Name service error for name=([^\s,]+)/;
const NO_HOST = /^Host or domain name not found/;
const LOOKUP =
  /^(?:4\.\d\.\d )?(?:[\w.-]+:? )*(?:(?:table|map|alias database) lookup (?:problem|failure|error)|Temporary lookup failure)/;
/** What smtp and lmtp say of a connection that did not come about, or broke (smtp_connect.c, smtp_trouble.c). */
const LOST =
  /^(?:connect to (\S+?): |lost connection with (\S+)|conversation with (\S+) timed out)/;

function warning(part: string, text: string): LogEvent | null {
  const trouble = troubleOfWarning(text);
  if (trouble !== null) return { kind: "trouble", reason: reasonOf(text), trouble };
  /* smtp tells of each address that it cannot reach, before it gives the mail up for now. */
  const peer =
    /^connect to /.test(text) && (part === "smtp" || part === "lmtp") ? peerOf(text) : null;
  return peer === null ? null : { kind: "trouble", reason: text, trouble: { kind: "peer", peer } };
}

/** Without who came and for whom: no addresses of people are kept. */
export function reasonOf(text: string): string {
  return withoutWords(text).replace(/^NOQUEUE: (?:milter-)?reject: [\w-]+ from \S+: /, "");
}
