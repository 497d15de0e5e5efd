import { byLines, type Line, readPlain, type Talk } from "./talk.ts";

/** What stands behind a mail server. */
export interface SmtpParts {
  /** As it introduces itself. */
  readonly name: string;
  /** Null: nobody logs in here. */
  readonly logIn:
    | ((user: string, password: string, done: (result: LoginResult) => void) => void)
    | null;
  /** Whether it takes a mail for them; the answer is given when it is known. */
  recipient(to: string, done: (isTaken: boolean) => void): void;
  /** The id of the mail; null: there is no room. */
  take(mail: TakenMail): string | null;
}

export type LoginResult = "in" | "wrong" | "notNow";

export interface TakenMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly bytes: number;
}

const MAXIMUM_MAIL_BYTES = 256 * 1024;

/** SMTP as far as mail programs and probes speak it (RFC 5321, RFC 4954). */
export function smtpTalk(parts: SmtpParts, { say, end }: Line): Talk {
  const reply = (text: string) => say(`${text}\r\n`);
  let from = "";
  let to = "";
  let data: string[] | null = null;
  let isLogin = false;
  const logIn = (text: string) => {
    isLogin = false;
    const plain = readPlain(text);
    if (plain === null || parts.logIn === null) return reply("501 5.5.2 Cannot decode response");
    parts.logIn(plain.user, plain.password, (result) => reply(LOGIN_REPLIES[result]));
  };
  const endOfData = (lines: readonly string[]) => {
    const subject = lines.find((line) => /^subject:/i.test(line))?.slice("subject:".length) ?? "";
    const bytes = lines.reduce((sum, line) => sum + line.length + 2, 0);
    const id = parts.take({ from, to, subject: subject.trim(), bytes });
    reply(id === null ? NO_ROOM : `250 2.0.0 Ok: queued as ${id}`);
  };
  const command = (line: string) => {
    const [verb = "", rest = ""] = splitOnce(line);
    switch (verb.toUpperCase()) {
      case "EHLO":
        return reply(
          [`250-${parts.name}`, ...(parts.logIn ? ["250-AUTH PLAIN"] : []), "250 8BITMIME"].join(
            "\r\n",
          ),
        );
      case "HELO":
        return reply(`250 ${parts.name}`);
      case "AUTH": {
        const [, initial = ""] = splitOnce(rest);
        if (initial !== "") return logIn(initial);
        isLogin = true;
        return reply("334 ");
      }
      case "MAIL":
        from = inBrackets(rest);
        return reply("250 2.1.0 Ok");
      case "RCPT":
        to = inBrackets(rest);
        return parts.recipient(to, (isTaken) =>
          reply(isTaken ? "250 2.1.5 Ok" : `451 4.3.0 <${to}>: Temporary lookup failure`),
        );
      case "DATA":
        data = [];
        return reply("354 End data with <CR><LF>.<CR><LF>");
      case "RSET":
      case "NOOP":
        return reply("250 2.0.0 Ok");
      case "QUIT":
        reply("221 2.0.0 Bye");
        return end();
      default:
        return reply("502 5.5.2 Error: command not recognized");
    }
  };
  reply(`220 ${parts.name} ESMTP Postfix`);
  let size = 0;
  return byLines((line) => {
    if (isLogin) return logIn(line);
    if (data === null) return command(line);
    if (line !== ".") {
      size += line.length;
      if (size > MAXIMUM_MAIL_BYTES) return end();
      data.push(line);
      return;
    }
    const lines = data;
    data = null;
    size = 0;
    endOfData(lines);
  }, end);
}

const NO_ROOM = "452 4.3.1 Insufficient system storage";
const LOGIN_REPLIES: Readonly<Record<LoginResult, string>> = {
  in: "235 2.7.0 Authentication successful",
  wrong: "535 5.7.8 Error: authentication failed",
  notNow: "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
};

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf(" ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** `FROM:<a@b.example> SIZE=1`. */
function inBrackets(text: string): string {
  return /<([^>]*)>/.exec(text)?.[1] ?? "";
}
