import type { Inbox } from "../../world/inbox.ts";
import type { LoginResult } from "./smtp.ts";
import { byLines, type Line, readPlain, type Talk } from "./talk.ts";

export interface ImapParts {
  readonly name: string;
  logIn(user: string, password: string, done: (result: LoginResult) => void): void;
  readonly mailbox: Inbox;
}

const CAPABILITIES = "IMAP4rev1 IDLE UIDPLUS";
const UID_VALIDITY = 1;

/** IMAP as far as probes speak it: a login, the inbox, a search, and what deletes a mail (RFC 9051). */
export function imapTalk(parts: ImapParts, { say, end }: Line): Talk {
  const tell = (text: string) => say(`${text}\r\n`);
  const session = new Session(parts, tell, end);
  tell(`* OK [CAPABILITY ${CAPABILITIES}] ${parts.name} ready`);
  return byLines((line) => session.hear(line), end);
}

class Session {
  private readonly parts: ImapParts;
  private readonly tell: (text: string) => void;
  private readonly end: () => void;
  /** Of the command that waits for mails; null: none does. */
  private idle: { readonly tag: string; readonly stop: () => void } | null = null;
  private deleted = new Set<number>();
  private isLogin: string | null = null;

  constructor(parts: ImapParts, tell: (text: string) => void, end: () => void) {
    this.parts = parts;
    this.tell = tell;
    this.end = end;
  }

  hear(line: string): void {
    if (this.isLogin !== null) return this.authenticate(this.isLogin, line);
    if (this.idle !== null) {
      if (/^done$/i.test(line)) this.endIdle();
      return;
    }
    const [tag = "", ...words] = wordsOf(line);
    const isUid = /^uid$/i.test(words[0] ?? "");
    const [verb = "", ...rest] = isUid ? words.slice(1) : words;
    this.run(tag, verb.toUpperCase(), rest, isUid);
  }

  private run(tag: string, verb: string, words: readonly string[], isUid: boolean): void {
    const { mailbox } = this.parts;
    switch (verb) {
      case "CAPABILITY":
        this.tell(`* CAPABILITY ${CAPABILITIES}`);
        return this.done(tag, verb);
      case "LOGIN":
        return this.logIn(tag, words[0] ?? "", words[1] ?? "");
      case "AUTHENTICATE":
        if (words[1] !== undefined) return this.authenticate(tag, words[1]);
        this.isLogin = tag;
        return this.tell("+ ");
      case "LIST":
      case "LSUB":
        this.tell(`* ${verb} () "/" INBOX`);
        return this.done(tag, verb);
      case "SELECT":
      case "EXAMINE":
        return this.select(tag, verb);
      case "SEARCH":
        this.tell(`* SEARCH${this.search(words, isUid)}`);
        return this.done(tag, verb);
      case "STORE":
        for (const uid of this.uidsOf(words[0] ?? "", isUid)) this.deleted.add(uid);
        return this.done(tag, verb);
      case "EXPUNGE":
        mailbox.remove([...this.deleted]);
        this.deleted.clear();
        return this.done(tag, verb);
      case "IDLE":
        this.idle = { tag, stop: mailbox.onArrival(() => this.tellExists()) };
        return this.tell("+ idling");
      case "LOGOUT":
        this.tell("* BYE Logging out");
        this.done(tag, verb);
        return this.end();
      case "NOOP":
        this.tellExists();
        return this.done(tag, verb);
      default:
        return this.tell(`${tag} BAD ${verb} is not known`);
    }
  }

  private done(tag: string, verb: string): void {
    this.tell(`${tag} OK ${verb} completed`);
  }

  private endIdle(): void {
    const { tag, stop } = this.idle ?? { tag: "", stop: () => {} };
    stop();
    this.idle = null;
    this.done(tag, "IDLE");
  }

  private authenticate(tag: string, text: string): void {
    this.isLogin = null;
    const plain = readPlain(text);
    if (plain === null) this.tell(`${tag} BAD cannot be decoded`);
    else this.logIn(tag, plain.user, plain.password);
  }

  private logIn(tag: string, user: string, password: string): void {
    this.parts.logIn(user, password, (result) => {
      if (result === "in") this.tell(`${tag} OK [CAPABILITY ${CAPABILITIES}] Logged in`);
      else if (result === "wrong")
        this.tell(`${tag} NO [AUTHENTICATIONFAILED] Authentication failed.`);
      else this.tell(`${tag} NO [UNAVAILABLE] Temporary authentication failure.`);
    });
  }

  private select(tag: string, verb: string): void {
    this.tell("* FLAGS (\\Deleted \\Seen)");
    this.tellExists();
    this.tell("* 0 RECENT");
    this.tell(`* OK [UIDVALIDITY ${UID_VALIDITY}] ok`);
    this.tell("* OK [PERMANENTFLAGS (\\Deleted \\Seen)] ok");
    this.tell(`${tag} OK [READ-WRITE] ${verb} completed`);
  }

  private tellExists(): void {
    this.tell(`* ${this.parts.mailbox.list().length} EXISTS`);
  }

  private search(words: readonly string[], isUid: boolean): string {
    const at = words.findIndex((word) => /^subject$/i.test(word));
    const wanted = (words[at + 1] ?? "").toLowerCase();
    return this.parts.mailbox
      .list()
      .map(({ uid, subject }, index) => ({ number: isUid ? uid : index + 1, subject }))
      .filter(({ subject }) => at < 0 || subject.toLowerCase().includes(wanted))
      .map(({ number }) => ` ${number}`)
      .join("");
  }

  /** `3`, `1:4,7`. */
  private uidsOf(text: string, isUid: boolean): readonly number[] {
    const mails = this.parts.mailbox.list();
    const ranges = text.split(",").map((part) => part.split(":").map(Number));
    const isMeant = (number: number) =>
      ranges.some(([first = 0, last = first]) => number >= first && number <= last);
    return mails.filter(({ uid }, index) => isMeant(isUid ? uid : index + 1)).map(({ uid }) => uid);
  }
}

/** Words of a command; a quoted one is one word. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "",
  );
}
