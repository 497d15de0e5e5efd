import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REDACTED, redact } from "./redact.ts";

describe("secrets are gone", () => {
  const lines: readonly (readonly [string, string])[] = [
    ["password = s3cret", `password = ${REDACTED}`],
    ["  DB_PASSWORD=s3cret", `  DB_PASSWORD=${REDACTED}`],
    ["PrivateKey = aGVsbG8=", `PrivateKey = ${REDACTED}`],
    ["smtp_sasl_password_token: s3cret", `smtp_sasl_password_token: ${REDACTED}`],
    [
      "connect = host=10.0.0.1 dbname=mail user=mail password=s3cret",
      `connect = host=10.0.0.1 dbname=mail user=mail password=${REDACTED}`,
    ],
    ["uri = pgsql://mail:s3cret@10.0.0.1/mail", `uri = pgsql://mail:${REDACTED}@10.0.0.1/mail`],
    ["# password = s3cret", `# password = ${REDACTED}`],
    ["connect = user=mail password='s3 cret'", `connect = user=mail password=${REDACTED}`],
    ['connect = user=mail password="s3 cret" x', `connect = user=mail password=${REDACTED} x`],
    [
      "  user admin insecure-password s3cret groups x",
      `  user admin insecure-password ${REDACTED} groups x`,
    ],
    ["Password s3cret", `Password ${REDACTED}`],
    ["# was pgsql://mail:s3cret@10.0.0.1", `# was pgsql://mail:${REDACTED}@10.0.0.1`],
  ];
  test.each(lines)("%s", (line, expected) => {
    expect(redact(line)).toBe(expected);
  });

  test("in keys of several lines", () => {
    const key =
      "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----\nhost = a";
    expect(redact(key)).toBe(
      `-----BEGIN RSA PRIVATE KEY-----\n${REDACTED}\n${REDACTED}\n-----END RSA PRIVATE KEY-----\nhost = a`,
    );
  });
});

describe("what is none stays", () => {
  const lines = [
    "tcp dport 25 accept",
    "hosts = 10.10.4.10",
    'user_query = "SELECT password FROM users"',
    "ssl_cert = </etc/ssl/cert.pem",
    "# password of the database: ask Ana",
    'tcp dport 25 accept comment "no password here"',
  ];
  test.each(lines)("%s", (line) => {
    expect(redact(line)).toBe(line);
  });
});

test("lines keep their numbers", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(redact(text).split("\n")).toHaveLength(text.split("\n").length);
    }),
    { seed: 1 },
  );
});
