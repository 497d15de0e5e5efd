import { createHmac, timingSafeEqual } from "node:crypto";

/** Signs a body as of a moment: HMAC-SHA256 (RFC 2104) over `timestamp.body`, in hexadecimal digits. */
export function sign(secret: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`, "utf8").digest("hex");
}

/** Whether `signature` is that of the body, compared in a time that says nothing. */
export function isSigned(
  secret: string,
  timestamp: string,
  body: string,
  signature: string,
): boolean {
  const expected = Buffer.from(sign(secret, timestamp, body), "utf8");
  const given = Buffer.from(signature, "utf8");
  return expected.length === given.length && timingSafeEqual(expected, given);
}
