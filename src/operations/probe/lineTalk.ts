import type { Socket } from "node:net";
import { ProbeFailure } from "./attempt.ts";

/** Bytes that a server may send before a line of it ends. */
const MAXIMUM_LINE_BYTES = 64 * 1024;
/** Lines of one reply at most: more are no SMTP. */
const MAXIMUM_REPLY_LINES = 200;

/** One reply of an SMTP server (RFC 5321, 4.2). */
export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** A conversation in replies and commands. */
export interface LineTalk {
  reply(): Promise<Reply>;
  say(command: string): void;
}

export function beginTalk(socket: Socket): LineTalk {
  const lines = linesOf(socket);
  return {
    reply: async () => {
      const texts: string[] = [];
      while (texts.length < MAXIMUM_REPLY_LINES) {
        const { value, done } = await lines.next();
        if (done === true) throw new ProbeFailure("the connection was ended by the other side");
        const [, code, more, text = ""] = /^(\d{3})(?:([ -])(.*))?$/.exec(value) ?? [];
        if (code === undefined)
          throw new ProbeFailure(`answered ${JSON.stringify(value)}, which is no SMTP`);
        texts.push(text);
        if (more !== "-") return { code: Number(code), text: texts.join(" ") };
      }
      throw new ProbeFailure(`answered more than ${MAXIMUM_REPLY_LINES} lines`);
    },
    say: (command) => {
      socket.write(`${command}\r\n`);
    },
  };
}

async function* linesOf(socket: Socket): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of socket) {
    rest += (chunk as Buffer).toString("latin1");
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      yield rest.slice(0, end).replace(/\r$/, "");
      rest = rest.slice(end + 1);
    }
    if (rest.length > MAXIMUM_LINE_BYTES)
      throw new ProbeFailure(`sent ${MAXIMUM_LINE_BYTES} bytes without an end of line`);
  }
}
