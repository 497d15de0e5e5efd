import { describe, expect, test } from "vitest";
import { openBetween, readLogins } from "./logins.ts";

const NOW = Date.parse("2026-11-25T14:10:00Z");
const time = { nowMs: NOW, zone: "+0100" };
const read = (...lines: readonly string[]) => readLogins(lines.join("\n"), time);

const ISO = "2026-11-25T14:02:07.123456+00:00 fw1 sshd[71]";
const BSD = "Nov 25 15:02:07 fw1 sshd[71]";
const KEY = "SHA256:dGVzdCBrZXkgb2Ygb3BzMg";
const accepted = (stamp: string, port = 40122) =>
  `${stamp}: Accepted publickey for ops2 from 10.9.0.7 port ${port} ssh2: ED25519 ${KEY}`;

test("stamps of both kinds of syslog are read", () => {
  const at = [ISO, BSD].map((stamp) => read(accepted(stamp))[0]?.openedMs);
  expect(at).toEqual([
    Date.parse("2026-11-25T14:02:07.123Z"),
    Date.parse("2026-11-25T14:02:07.000Z"),
  ]);
});

test("a stamp without a year that lies ahead is one of last year", () => {
  const [session] = read(accepted("Dec 31 23:00:00 fw1 sshd[71]"));
  expect(session?.openedMs).toBe(Date.parse("2025-12-31T22:00:00Z"));
});

test("a login is told with its key, or without one", () => {
  expect(read(accepted(ISO))).toMatchObject([{ login: "ops2", from: "10.9.0.7:40122", key: KEY }]);
  const password = `${ISO}: Accepted password for eve from 2001:db8::9 port 7 ssh2`;
  expect(read(password)).toMatchObject([{ login: "eve", from: "2001:db8::9:7", key: null }]);
});

describe("a session ends with", () => {
  test.each([
    "Disconnected from user ops2 10.9.0.7 port 40122",
    "Received disconnect from 10.9.0.7 port 40122:11: disconnected by user",
    "Connection closed by 10.9.0.7 port 40122",
    "Connection reset by 10.9.0.7 port 40122",
  ])("%s", (words) => {
    const [session] = read(
      accepted(ISO),
      `2026-11-25T14:03:00.000000+00:00 fw1 sshd[72]: ${words}`,
    );
    expect(session?.closedMs).toBe(Date.parse("2026-11-25T14:03:00Z"));
  });
});

test("what others end, and what is no session, changes nothing", () => {
  const sessions = read(
    `${ISO}: Failed password for root from 10.9.0.9 port 1 ssh2`,
    accepted(ISO),
    `${ISO}: Disconnected from user ops2 10.9.0.7 port 40123`,
    `not a line of a log`,
  );
  expect(sessions).toMatchObject([{ login: "ops2", closedMs: null }]);
});

test("a session is open from its second to its last", () => {
  const sessions = read(
    accepted(ISO),
    "2026-11-25T14:03:00.000000+00:00 fw1 sshd[72]: Connection closed by 10.9.0.7 port 40122",
  );
  const at = (clock: string) => Date.parse(`2026-11-25T${clock}Z`);
  const isOpen = (from: string, to = from) => openBetween(sessions, at(from), at(to)).length === 1;
  const moments = ["14:02:04", "14:02:06", "14:02:30", "14:03:01", "14:03:03"];
  expect(moments.map((one) => isOpen(one))).toEqual([false, true, true, true, false]);
  expect(isOpen("14:02:04", "14:03:03")).toBe(true);
  expect([isOpen("14:01:00", "14:02:04"), isOpen("14:03:03", "14:04:00")]).toEqual([false, false]);
});
