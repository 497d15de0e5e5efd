/** A server's side of one connection. */
export interface Talk {
  /** What came from the other side. */
  hear(bytes: Buffer): void;
}

/** What a server may do with a connection. */
export interface Line {
  say(bytes: Buffer | string): void;
  end(): void;
}

/** Bytes of one line that are kept: a longer one is no command. */
const MAXIMUM_LINE_BYTES = 64 * 1024;

/** Hands out whole lines, without their ends. */
export function byLines(onLine: (line: string) => void, end: () => void): Talk {
  let rest = "";
  return {
    hear(bytes) {
      rest += bytes.toString("latin1");
      for (let at = rest.indexOf("\n"); at >= 0; at = rest.indexOf("\n")) {
        const line = rest.slice(0, at).replace(/\r$/, "");
        rest = rest.slice(at + 1);
        onLine(line);
      }
      if (rest.length > MAXIMUM_LINE_BYTES) end();
    },
  };
}

/** SASL PLAIN (RFC 4616): who logs in, and the password; null: it is none. */
export function readPlain(
  text: string,
): { readonly user: string; readonly password: string } | null {
  const [, user, password] = Buffer.from(text, "base64").toString("utf8").split("\0");
  return user === undefined || password === undefined ? null : { user, password };
}
