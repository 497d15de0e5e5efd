import type { Line, Talk } from "./talk.ts";

const HEAD_BYTES = 8;
/** What a client asks first that wants TLS (PostgreSQL's manual, "Message Formats": SSLRequest). */
const TLS_REQUEST = 80_877_103;
/** AuthenticationCleartextPassword: the server is there, and knows the database. */
const ASKS_FOR_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** PostgreSQL's handshake, until it asks for a password. */
export function postgresTalk({ say, end }: Line): Talk {
  let hasAsked = false;
  return {
    hear(bytes) {
      if (hasAsked || bytes.length < HEAD_BYTES) return end();
      if (bytes.readInt32BE(4) === TLS_REQUEST) return say("N");
      hasAsked = true;
      say(ASKS_FOR_PASSWORD);
    },
  };
}
