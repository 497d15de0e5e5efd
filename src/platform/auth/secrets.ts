import { createHash, randomBytes } from "node:crypto";

/** Bytes of chance in a secret of ours: more than anybody can try. */
const SECRET_BYTES = 32;

export function newSecret(prefix: string): string {
  return prefix + randomBytes(SECRET_BYTES).toString("base64url");
}

/** A secret of 256 bits needs no slow hash; one that is looked up by it cannot be guessed by timing. */
export function hashOfSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
