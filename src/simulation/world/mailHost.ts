import type { SimulatedTime } from "../model.ts";
import type { Counts } from "./counts.ts";
import { DatabaseClient } from "./databaseClient.ts";
import { deliverLocally, deliverOutside } from "./delivery.ts";
import type { Flows } from "./flows.ts";
import { HostLog } from "./log.ts";
import { lookUpName } from "./names.ts";
import { ADDRESSES, LOCAL_DOMAIN, type MailHostName } from "./plan.ts";
import { type Delivered, domainOf, MailQueue, type QueuedMail } from "./queue.ts";
import { dovecotHabits, postfixHabits, USER_MAP } from "./userLookups.ts";

export interface MailHostParts {
  readonly name: MailHostName;
  readonly time: SimulatedTime;
  readonly flows: Flows;
  readonly counts: () => Counts;
  /** A mail has left, or lies in its mailbox. */
  readonly onSent: (mail: QueuedMail) => void;
}

/** A mail that somebody hands in. */
export interface Handed {
  /** Address of who hands it in. */
  readonly client: string;
  /** Its name, where it has one. */
  readonly clientName: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly subject: string;
}

/** Process ids of the log: each program has one. */
const PIDS = {
  smtpd: 1204,
  submission: 1211,
  cleanup: 1207,
  qmgr: 982,
  smtp: 1215,
  lmtp: 1219,
  proxymap: 1206,
};
const FIRST_QUEUE_ID = 0x4f_00_00_00_01;
const MS_IN_SECOND = 1_000;

/** One mail server: Postfix and Dovecot, as far as their log, their queue and their connections show them. */
export class MailHost {
  readonly name: MailHostName;
  readonly address: string;
  readonly log: HostLog;
  readonly queue: MailQueue;
  private readonly parts: MailHostParts;
  private readonly dovecot: DatabaseClient;
  private readonly postfix: DatabaseClient;
  private queueIds = FIRST_QUEUE_ID;

  constructor(parts: MailHostParts) {
    const { name, time, flows } = parts;
    this.parts = parts;
    this.name = name;
    this.address = ADDRESSES[name];
    this.log = new HostLog(name, () => time.nowMs());
    this.dovecot = new DatabaseClient(
      time,
      flows,
      this.address,
      dovecotHabits((text) => this.log.write("dovecot", text)),
    );
    this.postfix = new DatabaseClient(
      time,
      flows,
      this.address,
      postfixHabits((text) => this.say("proxymap", text)),
    );
    this.queue = new MailQueue({
      time,
      deliver: (mail, done) => this.deliver(mail, done),
      onResult: (mail, result) => this.tellResult(mail, result),
    });
  }

  /** Somebody's mail server hands a mail in; false: it has to come again. */
  receive(mail: Handed, done: (isTaken: boolean) => void): void {
    lookUpName(this.parts.time, this.parts.flows, this.address, (isFound) => {
      const client = `${isFound ? mail.clientName : "unknown"}[${mail.client}]`;
      this.say("smtpd", `connect from ${client}`);
      this.postfix.lookup((isAnswered) => {
        const isTaken = isAnswered && !this.queue.isFull;
        if (isTaken) this.enqueue("smtpd", `client=${client}`, mail);
        else this.reject(client, mail, isAnswered);
        this.say("smtpd", `disconnect from ${client}`);
        this.parts.counts().count(isTaken ? "deliveredIn" : "refusedIn");
        done(isTaken);
      });
    });
  }

  private reject(client: string, { from, to }: Handed, isAnswered: boolean): void {
    const envelope = `from=<${from}> to=<${to}> proto=ESMTP helo=<mx.${domainOf(from)}>`;
    if (isAnswered) {
      this.say(
        "smtpd",
        `NOQUEUE: reject: MAIL from ${client}: 452 4.3.1 Insufficient system storage; ${envelope}`,
      );
      return;
    }
    this.say("smtpd", `warning: proxy:pgsql:${USER_MAP} lookup error for "${to}"`);
    this.say(
      "smtpd",
      `NOQUEUE: reject: RCPT from ${client}: 451 4.3.0 <${to}>: Temporary lookup failure; ${envelope}`,
    );
  }

  /** Somebody logs in; Dovecot asks the database. `service`: where they do so. */
  logIn(
    user: string,
    client: string,
    service: "imap" | "submission",
    done: (isIn: boolean) => void,
  ): void {
    this.dovecot.lookup((isAnswered) => {
      this.parts.counts().count(isAnswered ? "logins" : "failedLogins");
      if (service === "imap" && isAnswered)
        this.log.write(
          "dovecot",
          `imap-login: Login: user=<${user}>, method=PLAIN, rip=${client}, lip=${this.address}, TLS`,
        );
      if (!isAnswered && service === "submission") this.tellNoLogin(client);
      done(isAnswered);
    });
  }

  /** Whether it takes mail for somebody: its own people are looked up. */
  knows(recipient: string, done: (isKnown: boolean) => void): void {
    if (domainOf(recipient) === LOCAL_DOMAIN) this.postfix.lookup(done);
    else done(true);
  }

  /* Of logins that Dovecot turns away while it pauses, it says nothing itself (measured: 36 lines a minute). */
  private tellNoLogin(client: string): void {
    const why = "SASL PLAIN authentication failed: Connection lost to authentication server";
    this.say("submission", `warning: unknown[${client}]: ${why}`);
  }

  /** A user hands a mail in, whose login went through: its id; null: there is no room for it. */
  submit(mail: Handed): string | null {
    if (this.queue.isFull) return null;
    const sasl = `sasl_method=PLAIN, sasl_username=${mail.from}`;
    return this.enqueue("submission", `client=unknown[${mail.client}], ${sasl}`, mail);
  }

  private enqueue(part: "smtpd" | "submission", client: string, handed: Handed): string {
    const { from, to, bytes, subject } = handed;
    const id = (this.queueIds++).toString(16).toUpperCase();
    const mail = { id, from, to, bytes, subject, arrivedMs: this.parts.time.nowMs() };
    this.say(part, `${id}: ${client}`);
    this.say("cleanup", `${id}: message-id=<${id}@${domainOf(from)}>`);
    this.say("qmgr", `${id}: from=<${from}>, size=${bytes}, nrcpt=1 (queue active)`);
    this.queue.add(mail);
    return id;
  }

  private deliver(mail: QueuedMail, done: (result: Delivered) => void): void {
    const { time, flows } = this.parts;
    if (domainOf(mail.to) === LOCAL_DOMAIN) deliverLocally(this.name, this.dovecot, mail, done);
    else
      deliverOutside(
        { time, flows, from: this.address, say: (text) => this.say("smtp", text) },
        mail,
        done,
      );
  }

  private tellResult(mail: QueuedMail, result: Delivered): void {
    const isLocal = domainOf(mail.to) === LOCAL_DOMAIN;
    const seconds = (this.parts.time.nowMs() - mail.arrivedMs) / MS_IN_SECOND;
    const head = `${mail.id}: to=<${mail.to}>, relay=${result.relay}, delay=${seconds.toFixed(1)}, delays=${seconds.toFixed(1)}/0.01/0.02/0.05`;
    const words =
      result.kind === "sent"
        ? `dsn=2.0.0, status=sent (${result.answer})`
        : `dsn=${result.dsn}, status=deferred (${result.reason})`;
    const isTried = result.kind === "sent" || result.relay !== "none" || result.isOfDestination;
    const part = isLocal ? "lmtp" : isTried ? "smtp" : "error";
    this.say(part, `${head}, ${words}`);
    if (result.kind === "sent") {
      this.say("qmgr", `${mail.id}: removed`);
      this.parts.onSent(mail);
    }
    if (!isLocal)
      this.parts.counts().count(result.kind === "sent" ? "deliveredOut" : "deferredOut");
  }

  private say(part: keyof typeof PIDS | "error", text: string): void {
    const pid = part === "error" ? PIDS.smtp : PIDS[part];
    const program = part === "submission" ? "postfix/submission/smtpd" : `postfix/${part}`;
    this.log.write(`${program}[${pid}]`, text);
  }
}
