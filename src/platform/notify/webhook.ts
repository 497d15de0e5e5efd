import type { Clock } from "../clock.ts";
import { readSecret } from "../secret.ts";
import type { MessageChannel } from "./channel.ts";
import { post } from "./post.ts";
import { sign } from "./signature.ts";

export interface WebhookOptions {
  readonly url: string;
  /** Read for each message, so that another secret counts at once. */
  readonly secretFile: string;
  readonly clock: Clock;
}

/** Posts each message to an address, signed: docs/reference/webhook.md. */
export function webhook({ url, secretFile, clock }: WebhookOptions): MessageChannel {
  return {
    kind: "message",
    name: "webhook",
    async send({ id, body }, signal) {
      const secret = await readSecret(secretFile).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      );
      if (secret instanceof Error)
        return { kind: "failed", reason: secret.message, isFinal: false, afterMs: null };
      const timestamp = String(Math.floor(clock() / 1_000));
      const headers = {
        "premortem-delivery": id,
        "premortem-timestamp": timestamp,
        "premortem-signature": `sha256=${sign(secret, timestamp, body)}`,
      };
      return post({ url, body, headers, signal });
    },
  };
}
