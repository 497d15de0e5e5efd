import type { SimulatedTime } from "../model.ts";
import type { Callers } from "./complaints.ts";
import type { Flows } from "./flows.ts";
import type { Handed, MailHost } from "./mailHost.ts";
import {
  ADDRESSES,
  FIRST_USER_ADDRESS,
  LOCAL_DOMAIN,
  PORTS,
  REMOTE_DOMAINS,
  USERS,
  ZONES,
} from "./plan.ts";
import type { QueuedMail } from "./queue.ts";
import type { SeededRandom } from "./random.ts";
import { connectPatiently } from "./retry.ts";

export interface TrafficParts {
  readonly time: SimulatedTime;
  readonly flows: Flows;
  readonly random: SeededRandom;
  readonly hosts: readonly [MailHost, ...MailHost[]];
  readonly callers: Callers;
  /** Mails a second in each direction; half as many users log in to read. */
  readonly rate: number;
}

const MS_IN_SECOND = 1_000;
/** Milliseconds that a user's mail program waits, and another mail server. */
const USER_PATIENCE_MS = 20_000;
const SERVER_PATIENCE_MS = 30_000;
/** Milliseconds until another mail server tries again: longer each time. */
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 300_000;
/** Mails that wait outside; beyond them nobody writes a new one. */
const MAXIMUM_OUTSIDE = 500;
/** Milliseconds after which somebody asks where their mail is. */
const MISSED_AFTER_MS = 45_000;
const LEAST_BYTES = 900;
const BYTES_RANGE = 30_000;

/** What users and the outside do all day: hand mail in, log in, and come again where it did not work. */
export class Traffic {
  private readonly parts: TrafficParts;
  private outside = 0;
  private turn = 0;

  constructor(parts: TrafficParts) {
    this.parts = parts;
  }

  start(): void {
    const { rate } = this.parts;
    this.repeat(rate, () => this.mailFromOutside());
    this.repeat(rate, () => this.mailFromUser());
    this.repeat(rate / 2, () => this.userReads());
  }

  private repeat(perSecond: number, act: () => void): void {
    const { time, random } = this.parts;
    if (perSecond <= 0) return;
    const next = () => {
      const waitMs = Math.max(1, Math.round(random.untilNextMs(MS_IN_SECOND / perSecond)));
      time.after(waitMs, () => {
        act();
        next();
      });
    };
    next();
  }

  private mailFromOutside(): void {
    if (this.outside >= MAXIMUM_OUTSIDE) return;
    const { random } = this.parts;
    const domain = REMOTE_DOMAINS[random.below(REMOTE_DOMAINS.length)];
    if (domain === undefined) return;
    const user = this.someUser();
    const mail = {
      client: domain.address,
      clientName: domain.exchanger,
      from: `someone${random.below(USERS)}@${domain.name}`,
      to: `${user.name}@${LOCAL_DOMAIN}`,
      bytes: this.someBytes(),
      subject: "",
    };
    this.comesIn(mail);
  }

  /** Another mail server hands a mail in, and comes again until it is taken. */
  private comesIn(mail: Handed): void {
    this.outside++;
    this.handIn(mail, FIRST_RETRY_MS, this.parts.time.nowMs());
  }

  /** Somebody outside answers each mail. */
  echo({ from, to, bytes, subject }: QueuedMail): void {
    const [domain] = REMOTE_DOMAINS;
    if (domain === undefined || this.outside >= MAXIMUM_OUTSIDE) return;
    this.comesIn({
      client: domain.address,
      clientName: domain.exchanger,
      from: to,
      to: from,
      bytes,
      subject: `Re: ${subject}`,
    });
  }

  private handIn(mail: Handed, retryMs: number, sinceMs: number): void {
    const { time, flows, callers } = this.parts;
    const again = () => {
      if (time.nowMs() - sinceMs > MISSED_AFTER_MS) callers.suffer(mail.to, "nothingComesIn");
      const next = Math.min(LONGEST_RETRY_MS, retryMs * 2);
      time.after(retryMs, () => this.handIn(mail, next, sinceMs));
    };
    const wanted = {
      from: mail.client,
      to: ADDRESSES.fw1,
      port: PORTS.smtp,
      patienceMs: SERVER_PATIENCE_MS,
    };
    connectPatiently(time, flows, wanted, (flow) => {
      if (flow.kind !== "open") return again();
      this.balanced().receive(mail, (isTaken) => {
        if (!isTaken || !flow.passes()) return again();
        this.outside--;
      });
    });
  }

  private mailFromUser(): void {
    const { random, time, callers } = this.parts;
    const user = this.someUser();
    const domain = REMOTE_DOMAINS[random.below(REMOTE_DOMAINS.length)];
    if (domain === undefined) return;
    const from = `${user.name}@${LOCAL_DOMAIN}`;
    const to = `someone${random.below(USERS)}@${domain.name}`;
    const bytes = this.someBytes();
    this.loggedIn(user, "submission", "cannotSend", (host) => {
      const mail = { client: ADDRESSES.lb1, clientName: "unknown", from, to, bytes, subject: "" };
      const id = host.submit(mail);
      if (id === null) callers.suffer(from, "cannotSend");
      else
        time.after(MISSED_AFTER_MS, () => {
          if (host.queue.has(id)) callers.suffer(from, "notArrived");
        });
    });
  }

  private userReads(): void {
    this.loggedIn(this.someUser(), "imap", "cannotRead", () => undefined);
  }

  /** Through the balancer to one of the mail servers, and in. */
  private loggedIn(
    user: User,
    service: "imap" | "submission",
    grievance: "cannotSend" | "cannotRead",
    then: (host: MailHost) => void,
  ): void {
    const { time, flows, callers } = this.parts;
    const mailbox = `${user.name}@${LOCAL_DOMAIN}`;
    const wanted = {
      from: user.address,
      to: ADDRESSES.lb1,
      port: PORTS[service],
      patienceMs: USER_PATIENCE_MS,
    };
    connectPatiently(time, flows, wanted, (flow) => {
      if (flow.kind !== "open") return callers.suffer(mailbox, grievance);
      const host = this.balanced();
      host.logIn(mailbox, ADDRESSES.lb1, service, (isIn) => {
        if (isIn && flow.passes()) then(host);
        else callers.suffer(mailbox, grievance);
      });
    });
  }

  private balanced(): MailHost {
    const { hosts } = this.parts;
    return hosts[this.turn++ % hosts.length] ?? hosts[0];
  }

  private someUser(): User {
    const number = this.parts.random.below(USERS);
    return {
      name: `user${number + 1}`,
      address: `${ZONES.users.network}.${FIRST_USER_ADDRESS + number}`,
    };
  }

  private someBytes(): number {
    return LEAST_BYTES + this.parts.random.below(BYTES_RANGE);
  }
}

interface User {
  readonly name: string;
  readonly address: string;
}
