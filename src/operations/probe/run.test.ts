import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { startSshd } from "../../../test/sshd.ts";
import { sshTransport } from "../../platform/transport/ssh.ts";
import { vantageText } from "./model.ts";
import { askOnce } from "./testing/monitors.ts";
import { answers, freePort, listen } from "./testing/server.ts";

const folder = mkdtempSync(join(tmpdir(), "premortem-probe-"));
const PASSWORD_FILE = join(folder, "password");
const PASSWORD = "correct horse battery";
beforeAll(() => writeFileSync(PASSWORD_FILE, `${PASSWORD}\n`));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OK = "250 ok";
const SMTP = { EHLO: OK, MAIL: OK, RCPT: OK, RSET: OK, QUIT: "221 bye" };
const GREETING = "220 mx ESMTP\r\n";
const LOGIN = `user: u, password-file: ${PASSWORD_FILE}, encryption: none`;

type Serve = Parameters<typeof listen>[0];
type Case = readonly [name: string, keys: string, serve: Serve, expected: string];

const hang: Serve = () => undefined;
const end: Serve = (socket) => socket.end();
const endless: Serve = (socket) => {
  const more = () => {
    while (socket.writable && socket.write("x".repeat(65_536)));
  };
  socket.on("drain", more);
  more();
};
const once =
  (bytes: Buffer): Serve =>
  (socket: Socket) =>
    socket.once("data", () => socket.write(bytes));

/** An error of PostgreSQL, as it is on the wire. */
function pgError(code: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const PG_ASKS = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** Answers a question with a code and a number of answers, over tcp. */
const dnsReply =
  (code: number, count: number): Serve =>
  (socket) => {
    socket.once("data", (question: Buffer) => {
      const reply = Buffer.from(question.subarray(2));
      reply.writeUInt16BE(0x8000 | code, 2);
      reply.writeUInt16BE(count, 6);
      socket.write(Buffer.concat([question.subarray(0, 2), reply]));
    });
  };

const SMTP_KEYS = "kind: smtp, recipient: a@b.example";
const DB_KEYS = "kind: database, user: ro, database: mail";
const DNS_KEYS = "kind: dns, name: a.example, type: MX, transport: tcp";

/** `outcome stage reason`. */
const CASES: readonly Case[] = [
  ["a server that takes the mail", SMTP_KEYS, answers(GREETING, SMTP), "ok done null"],
  [
    "a greeting of many lines",
    SMTP_KEYS,
    answers("220-mx\r\n220-of\r\n220 ours\r\n", SMTP),
    "ok done null",
  ],
  [
    "a greeting that refuses",
    SMTP_KEYS,
    answers("554 go away\r\n", SMTP),
    "failed connect answered `554 go away` to the connection",
  ],
  [
    "a recipient that cannot be looked up",
    SMTP_KEYS,
    answers(GREETING, { ...SMTP, RCPT: "451 4.3.0 lookup failure" }),
    "failed recipient answered `451 4.3.0 lookup failure` to the recipient",
  ],
  [
    "a server that hangs at the start",
    `${SMTP_KEYS}, timeout: 200ms`,
    hang,
    "failed connect nothing more came within 200 ms",
  ],
  [
    "a server that hangs in the middle",
    `${SMTP_KEYS}, timeout: 200ms`,
    answers(GREETING, { ...SMTP, RCPT: null }),
    "failed recipient nothing more came within 200 ms",
  ],
  [
    "a server that goes at once",
    SMTP_KEYS,
    end,
    "failed connect the connection was ended by the other side",
  ],
  [
    "a server that goes in the middle",
    SMTP_KEYS,
    answers(GREETING, { ...SMTP, MAIL: "" }),
    "failed sender the connection was ended by the other side",
  ],
  [
    "a server of another kind",
    SMTP_KEYS,
    answers("SSH-2.0-x\r\n", {}),
    'failed connect answered "SSH-2.0-x", which is no SMTP',
  ],
  [
    "a line without an end",
    SMTP_KEYS,
    endless,
    "failed connect sent 65536 bytes without an end of line",
  ],
  [
    "a submission that hangs",
    `kind: submission, ${LOGIN}, timeout: 200ms`,
    hang,
    "failed connect nothing more came within 200 ms",
  ],
  [
    "a submission without STARTTLS",
    `kind: submission, ${LOGIN.replace("none", "starttls")}`,
    answers(GREETING, { ...SMTP, STARTTLS: "502 no" }),
    "failed connect answered",
  ],
  [
    "a login that fails",
    `kind: submission, ${LOGIN}`,
    answers(GREETING, { ...SMTP, EHLO: "250-mx\r\n250 AUTH PLAIN", AUTH: "535 5.7.8 wrong" }),
    "failed login answered `535 5.7.8 wrong` to `AUTH`",
  ],
  [
    "a login that works",
    `kind: submission, ${LOGIN}`,
    answers(GREETING, { ...SMTP, EHLO: "250-mx\r\n250 AUTH PLAIN", AUTH: "235 2.7.0 ok" }),
    "ok done null",
  ],
  [
    "a mailbox that hangs",
    `kind: imap, ${LOGIN}, timeout: 200ms`,
    hang,
    "failed connect nothing more came within 200 ms",
  ],
  ["a mailbox that goes at once", `kind: imap, ${LOGIN}`, end, "failed connect "],
  ["a database that asks for a password", DB_KEYS, once(PG_ASKS), "ok done null"],
  [
    "a database that is full",
    DB_KEYS,
    once(pgError("53300", "too many clients")),
    "failed handshake answered `FATAL: too many clients`",
  ],
  [
    "a database that does not know us",
    DB_KEYS,
    once(pgError("28000", "no entry")),
    "degraded done answered `FATAL: no entry`",
  ],
  [
    "a database that hangs",
    `${DB_KEYS}, timeout: 200ms`,
    hang,
    "failed handshake nothing more came within 200 ms",
  ],
  [
    "a database that is none",
    DB_KEYS,
    once(Buffer.from("HTTP/1.1 400 no\r\n")),
    "failed handshake answered something that is not PostgreSQL",
  ],
  [
    "a login to a database that hangs",
    `${DB_KEYS}, password-file: ${PASSWORD_FILE}, timeout: 200ms`,
    hang,
    "failed login nothing more came within 200 ms",
  ],
  ["a resolver that answers", DNS_KEYS, dnsReply(0, 1), "ok done null"],
  [
    "a resolver without the record",
    DNS_KEYS,
    dnsReply(0, 0),
    "degraded done there is no MX of a.example",
  ],
  [
    "a resolver that cannot ask on",
    DNS_KEYS,
    dnsReply(2, 0),
    "failed answer answered SERVFAIL to MX of a.example",
  ],
  [
    "a resolver that hangs",
    `${DNS_KEYS}, timeout: 200ms`,
    hang,
    "failed connect nothing more came within 200 ms",
  ],
];

describe("what a target does, and what is told of it:", () => {
  test.each(CASES)("%s", async (_name, keys, serve, expected) => {
    const server = await listen(serve);
    const result = await askOnce(`{ ${keys}, from: here, to: '127.0.0.1:${server.port}' }`);
    await server.close();
    expect(`${result.outcome} ${result.stage} ${result.reason}`).toContain(expected);
    expect(result.flows).toEqual([
      { from: "127.0.0.1", to: "127.0.0.1", service: `tcp/${server.port}` },
    ]);
    expect(result.vantage).toEqual({
      through: "this machine",
      user: userInfo().username,
      source: "127.0.0.1",
    });
  });
});

test("no mail is ever handed in", async () => {
  const server = await listen(answers(GREETING, SMTP));
  await askOnce(`{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:${server.port}' }`);
  expect(server.heard.map((line) => line.split(" ")[0])).toEqual([
    "EHLO",
    "MAIL",
    "RCPT",
    "RSET",
    "QUIT",
  ]);
  await server.close();
});

test("a server that is slow is degraded, and said to be", async () => {
  const server = await listen(answers(GREETING, SMTP));
  const result = await askOnce(
    `{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:${server.port}', timeout: 10s, slow: 100ms }`,
  );
  await server.close();
  const isSlow = result.durationMs > 100;
  expect(result.outcome).toBe(isSlow ? "degraded" : "ok");
});

test("a server that answers while we compute has not failed, and is not slow", async () => {
  const server = await listen((socket) => {
    const untilMs = performance.now() + 600;
    while (performance.now() < untilMs);
    answers(GREETING, SMTP)(socket, []);
  });
  const result = await askOnce(
    `{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:${server.port}', timeout: 500ms, slow: 400ms }`,
  );
  await server.close();
  expect(result).toMatchObject({ outcome: "ok", reason: null });
});

test("nobody listens: not reached", async () => {
  const result = await askOnce(`{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:${await freePort()}' }`);
  expect(result).toMatchObject({ outcome: "failed", stage: "connect", isReached: false });
  expect(result.reason).toContain("ECONNREFUSED");
});

test("a password that the server repeats is in no result", async () => {
  const encoded = Buffer.from(`\0u\0${PASSWORD}`).toString("base64");
  const said = `535 no such user: ${PASSWORD} ${encoded}`;
  const replies = { ...SMTP, EHLO: "250-mx\r\n250 AUTH PLAIN", AUTH: said };
  const server = await listen(answers(GREETING, replies));
  const result = await askOnce(
    `{ kind: submission, ${LOGIN}, from: here, to: '127.0.0.1:${server.port}' }`,
  );
  await server.close();
  expect(result.outcome).toBe("failed");
  expect(JSON.stringify(result)).not.toContain(PASSWORD);
  expect(JSON.stringify(result)).not.toContain(encoded);
});

test("without the password nothing is known of the server", async () => {
  const result = await askOnce(
    "{ kind: imap, from: here, to: 127.0.0.1, user: u, password-file: /nonexistent/x }",
  );
  expect(result).toMatchObject({ outcome: "blind", isReached: false });
  expect(result.reason).toContain("the secret in `/nonexistent/x` cannot be read");
});

test("a resolver that nobody is, over udp", async () => {
  const result = await askOnce(
    `{ kind: dns, name: a.example, from: here, to: '127.0.0.1:${await freePort()}', timeout: 5s }`,
  );
  expect(result).toMatchObject({ outcome: "failed", isReached: false });
  expect(result.flows.map(({ service }) => service.slice(0, 4))).toEqual(["udp/"]);
});

/* Our own time is over before that of the command, which begins after it. */
test("a resolver that is silent over udp says nothing of tcp", async () => {
  const silent = createSocket("udp4");
  await new Promise<void>((listening) => silent.bind(0, "127.0.0.1", listening));
  const result = await askOnce(
    `{ kind: dns, name: a.example, from: here, to: '127.0.0.1:${silent.address().port}', timeout: 100ms }`,
  );
  silent.close();
  expect(result).toMatchObject({ outcome: "failed", isReached: false });
  expect(result.flows.map(({ service }) => service.slice(0, 4))).toEqual(["udp/"]);
});

describeWith(["sshd"], "through sshd", () => {
  test("a target is asked from there, and it is said as whom", async () => {
    const sshd = await startSshd();
    const transport = sshTransport(sshd);
    const server = await listen(answers(GREETING, SMTP));
    const result = await askOnce(
      `{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:${server.port}' }`,
      transport,
    );
    await server.close();
    expect(result).toMatchObject({ outcome: "ok", isReached: true });
    expect(vantageText(result.vantage)).toContain(`as ${userInfo().username}, from 127.0.0.1`);
    const nobody = await askOnce(
      `{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:${server.port}' }`,
      transport,
    );
    expect(nobody).toMatchObject({ outcome: "failed", stage: "connect", isReached: false });
    await transport.close();
    await sshd.stop();
  });

  test("a forwarding that is forbidden is blind, not down", async () => {
    const sshd = await startSshd({ allowTcpForwarding: false });
    const transport = sshTransport(sshd);
    const server = await listen(answers(GREETING, SMTP));
    const result = await askOnce(
      `{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:${server.port}' }`,
      transport,
    );
    expect(result).toMatchObject({ outcome: "blind", stage: "device", isReached: false });
    expect(result.reason).toContain("sshd lets nobody connect from there");
    await server.close();
    await transport.close();
    await sshd.stop();
  });

  test("a device that is gone is blind, not its target down", async () => {
    const sshd = await startSshd();
    const transport = sshTransport(sshd);
    await sshd.stop();
    const result = await askOnce(`{ ${SMTP_KEYS}, from: here, to: '127.0.0.1:25' }`, transport);
    expect(result).toMatchObject({ outcome: "blind", stage: "device" });
    await transport.close();
  });
});
