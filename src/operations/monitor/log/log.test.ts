import { describe, expect, test } from "vitest";
import { readNeeds } from "../../inventory/needs.ts";
import { openLogReader } from "./read.ts";
import { sightingOf } from "./sighting.ts";
import type { LogHost } from "./tie.ts";

const USERS = "/etc/postfix/users.cf";
const FILES = new Map([
  ["/etc/resolv.conf", "nameserver 10.0.0.53"],
  [
    "/etc/postfix/main.cf",
    `virtual_mailbox_maps = proxy:pgsql:${USERS}\nalias_maps = ldap:/etc/postfix/dir.cf`,
  ],
  [USERS, "hosts = db.internal"],
  ["/etc/postfix/dir.cf", "server_host = 10.10.4.20"],
  ["/etc/dovecot/dovecot.conf", "passdb {\n args = /etc/dovecot/sql.conf\n}"],
  ["/etc/dovecot/sql.conf", "driver = pgsql\nconnect = host=10.10.4.30 port=5433"],
]);
const HOST: LogHost = {
  device: "mail1",
  addresses: ["10.10.2.11"],
  needs: readNeeds({ postfix: "/etc/postfix", dovecot: "/etc/dovecot" }, FILES).needs,
  resolved: new Map([["db.internal", ["10.10.4.10"]]]),
  sourceOf: () => null,
};
const HEAD = "Nov 25 04:00:00 mail1";

/** The key and the connections of what a line says; null: nothing is wrong. */
function told(line: string): string | null {
  const event = openLogReader().read(line);
  const found = event === null ? null : sightingOf(event, HOST, "log", 0);
  if (found === null) return null;
  const flows = found.flows.map(({ from, to, service }) => `${from}>${to}:${service}`);
  return [found.key, ...flows].join(" ");
}

const POSTFIX_DATABASES = ["log/database/postfix", "10.10.2.11>10.10.4.10:tcp/5432"].join(" ");
const DIRECTORY = "10.10.2.11>10.10.4.20:tcp/389";
const DOVECOT_DATABASE = "10.10.2.11>10.10.4.30:tcp/5433";
const NAMES = "log/names 10.10.2.11>10.0.0.53:udp/53 10.10.2.11>10.0.0.53:tcp/53";

describe("a line speaks of what the configuration ties to it:", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    [
      `postfix/proxymap[9]: warning: connect to pgsql server db.internal: could not connect to server: Connection timed out`,
      POSTFIX_DATABASES,
    ],
    [
      `postfix/proxymap[9]: warning: connect to pgsql server 10.10.4.10: timeout expired`,
      POSTFIX_DATABASES,
    ],
    [
      `postfix/smtpd[9]: warning: proxy:pgsql:${USERS} lookup error for "a@b.example"`,
      POSTFIX_DATABASES,
    ],
    [`postfix/smtpd[9]: warning: pgsql:${USERS}: table lookup problem`, POSTFIX_DATABASES],
    [
      `postfix/cleanup[9]: warning: dict_ldap_connect: Unable to bind to server ldap://10.10.4.20 with dn x: -1`,
      `log/database/postfix ${DIRECTORY}`,
    ],
    [
      `postfix/smtpd[9]: NOQUEUE: reject: RCPT from x[192.0.2.9]: 451 4.3.0 <a@b.example>: Temporary lookup failure; from=<c@d.example>`,
      `${POSTFIX_DATABASES} ${DIRECTORY}`,
    ],
    [
      `postfix/trivial-rewrite[9]: warning: virtual_mailbox_domains: map lookup problem`,
      `${POSTFIX_DATABASES} ${DIRECTORY}`,
    ],
    [
      `postfix/smtp[9]: 4XkF3Q1Z2z: to=<a@r.example>, relay=none, delay=5, delays=0/0/5/0, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=r.example type=MX: Host not found, try again)`,
      NAMES,
    ],
    [
      `postfix/smtp[9]: connect to mx.r.example[203.0.113.10]:25: Connection timed out`,
      "log/peer/203.0.113.10/25 10.10.2.11>203.0.113.10:tcp/25",
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.r.example[203.0.113.10]:25: Connection timed out)`,
      "log/peer/203.0.113.10/25 10.10.2.11>203.0.113.10:tcp/25",
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.r.example[203.0.113.10]:25, delay=30, dsn=4.4.2, status=deferred (lost connection with mx.r.example[203.0.113.10] while receiving the initial server greeting)`,
      "log/peer/203.0.113.10/25 10.10.2.11>203.0.113.10:tcp/25",
    ],
    [
      `postfix/lmtp[9]: ABCDE1: to=<u@l.example>, relay=mail1[private/dovecot-lmtp], delay=3, dsn=4.3.0, status=deferred (host mail1[private/dovecot-lmtp] said: 451 4.3.0 <u@l.example> Temporary internal error (in reply to RCPT TO command))`,
      `log/delivery ${DOVECOT_DATABASE}`,
    ],
    [
      `postfix/submission/smtpd[9]: warning: unknown[10.10.1.10]: SASL PLAIN authentication failed: Connection lost to authentication server`,
      `log/login ${DOVECOT_DATABASE}`,
    ],
    [
      `postfix/submission/smtpd[9]: warning: unknown[10.10.1.10]: SASL LOGIN authentication failed: UGFzc3dvcmQ6`,
      null,
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.r.example[203.0.113.10]:25, delay=3, dsn=4.7.1, status=deferred (host mx.r.example[203.0.113.10] said: 450 4.7.1 greylisted (in reply to RCPT TO command))`,
      null,
    ],
    [
      `postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx.r.example[203.0.113.10]:25, delay=3, dsn=2.0.0, status=sent (250 2.0.0 Ok: connection timed out is my name)`,
      null,
    ],
    [`postfix/qmgr[9]: ABCDE1: removed`, null],
    [`kernel: drop IN=eth0`, null],
    [
      `dovecot: auth: Error: pgsql(10.10.4.30): Connect failed: Timeout after 5 seconds`,
      `log/database/dovecot ${DOVECOT_DATABASE}`,
    ],
    [
      `dovecot: auth-worker(77): Error: conn unix:auth-worker (pid=1,uid=2): auth-worker<1>: sql(u@l.example,10.10.1.10): Password query failed: Not connected to database`,
      `log/database/dovecot ${DOVECOT_DATABASE}`,
    ],
    [`dovecot: imap-login: Info: Disconnected: Too many invalid commands`, null],
  ];
  test.each(cases)("%s", (line, expected) => {
    expect(told(`${HEAD} ${line}`)).toBe(expected);
  });
});

test.each([
  "Nov 25 04:00:00 auth: Error: pgsql(10.10.4.30): Connect failed: Timeout after 5 seconds",
  "2026-11-25 04:00:00 auth-worker(7): Error: sql(u@l.example): Password query failed: Not connected to database",
  "2026-11-25T04:00:00.123456+00:00 mail1 dovecot: auth: Error: pgsql(10.10.4.30): Connect failed: x",
])("Dovecot's own file and other dates are read alike: %s", (line) => {
  expect(told(line)).toBe(`log/database/dovecot ${DOVECOT_DATABASE}`);
});

test("a mail is accepted once it is in the queue, and it is known who brought it", () => {
  const reader = openLogReader();
  const read = (text: string) => reader.read(`${HEAD} ${text}`);
  expect(read("postfix/smtpd[9]: 4XkF3Q1Z2z: client=a.example[192.0.2.9]")).toBeNull();
  expect(read("postfix/cleanup[9]: 4XkF3Q1Z2z: message-id=<x@y>")).toEqual({
    kind: "accepted",
    queueId: "4XkF3Q1Z2z",
    client: "a.example[192.0.2.9]",
  });
  expect(read("postfix/cleanup[9]: 4XkF3Q1Z30: message-id=<x@y>")).toMatchObject({
    kind: "accepted",
    client: null,
  });
});

test("a bounce is told, and no address of a person is kept", () => {
  const line = `${HEAD} postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=mx[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx[192.0.2.1] said: 550 5.1.1 <a@r.example>: unknown (in reply to RCPT TO command))`;
  const event = openLogReader().read(line);
  expect(event).toMatchObject({ kind: "bounced", queueId: "ABCDE1" });
  expect(JSON.stringify(event)).not.toContain("a@r.example");
});

test("what stays within the host is tied to nothing between hosts", () => {
  const host = { ...HOST, resolved: new Map([["db.internal", ["127.0.0.1"]]]) };
  const event = openLogReader().read(
    `${HEAD} postfix/smtpd[9]: warning: pgsql:${USERS}: table lookup problem`,
  );
  expect(event === null ? null : sightingOf(event, host, "log", 0)?.flows).toEqual([]);
});

test("a resolver of the host itself stands for the world's, asked from where the host goes there", () => {
  const line = `${HEAD} postfix/smtp[9]: ABCDE1: to=<a@r.example>, relay=none, delay=5, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=r.example type=MX: Host not found, try again)`;
  const own = { ...HOST, addresses: ["10.10.2.11", "172.30.9.3"] };
  const needs = readNeeds(
    { postfix: null, dovecot: null },
    new Map([["/etc/resolv.conf", "nameserver 127.0.0.1"]]),
  ).needs;
  const flowsAt = (host: LogHost) => {
    const event = openLogReader().read(line);
    const found = event === null ? null : sightingOf(event, host, "log", 0);
    return found?.flows.map(({ from, to, service }) => `${from}>${to}:${service}`);
  };
  const sourceOf = (to: string) => (to === "198.41.0.4" ? "10.10.2.11" : null);
  expect(flowsAt({ ...own, needs, sourceOf })).toEqual([
    "10.10.2.11>198.41.0.4:udp/53",
    "10.10.2.11>198.41.0.4:tcp/53",
  ]);
  expect(flowsAt({ ...own, addresses: ["10.10.2.11"], needs })).toHaveLength(2);
});

test("lines of any length and content are read to their end", () => {
  const reader = openLogReader();
  const parts = [
    HEAD,
    " postfix/smtpd[9]: ",
    "status=deferred (",
    "[",
    "(",
    "a".repeat(5_000),
    "]:25",
  ];
  for (const one of parts)
    for (const two of parts) for (const three of parts) reader.read(one + two + three);
  expect(reader.read("")).toBeNull();
});

test("who failed to log in is not kept either", () => {
  const line = `${HEAD} postfix/submission/smtpd[9]: warning: a.example[192.0.2.9]: SASL PLAIN authentication failed: Connection lost to authentication server, sasl_username=ana@r.example`;
  const event = openLogReader().read(line);
  expect(event).toMatchObject({ kind: "trouble", trouble: { kind: "login" } });
  expect(JSON.stringify(event)).not.toContain("ana@");
});
