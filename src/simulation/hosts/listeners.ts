import type { MailHost } from "../world/mailHost.ts";
import { ACCOUNTS, ADDRESSES, LOCAL_DOMAIN, PORTS, REMOTE_DOMAINS } from "../world/plan.ts";
import type { MailWorld } from "../world/world.ts";
import type { Listeners } from "./connection.ts";
import { dnsTalk } from "./servers/dns.ts";
import { imapTalk } from "./servers/imap.ts";
import { postgresTalk } from "./servers/postgres.ts";
import { type LoginResult, smtpTalk } from "./servers/smtp.ts";

/** Passwords of the simulation: users have one, the probe another. */
function isPassword(user: string, password: string): boolean {
  const isProbe = user === `${ACCOUNTS.probe}@${LOCAL_DOMAIN}`;
  return password === (isProbe ? ACCOUNTS.probePassword : ACCOUNTS.password);
}

/** The servers of the network, each at its address. */
export function serversOf(world: MailWorld): Listeners {
  let turn = 0;
  const { mail1, mail2 } = world.hosts;
  const hosts = new Map<string, () => MailHost>([
    [ADDRESSES.mail1, () => mail1],
    [ADDRESSES.mail2, () => mail2],
    [ADDRESSES.lb1, () => (turn++ % 2 === 0 ? mail1 : mail2)],
  ]);
  const outside = new Map(REMOTE_DOMAINS.map((domain) => [domain.address, domain]));
  return (server, port) => {
    const host = hosts.get(server)?.();
    if (host !== undefined) return mailServer(host, world, port);
    if (server === ADDRESSES.db1 && port === PORTS.postgresql) return postgresTalk;
    if (server === ADDRESSES.resolver && port === PORTS.dns) return dnsTalk;
    const domain = outside.get(server);
    if (domain === undefined || port !== PORTS.smtp) return null;
    const parts = {
      name: domain.exchanger,
      logIn: null,
      recipient: (_to: string, done: (isTaken: boolean) => void) => done(true),
      take: () => "1",
    };
    return (line) => smtpTalk(parts, line);
  };
}

function mailServer(host: MailHost, world: MailWorld, port: number): ReturnType<Listeners> {
  const name = `${host.name}.${LOCAL_DOMAIN}`;
  const logInFor =
    (service: "imap" | "submission") =>
    (user: string, password: string, done: (result: LoginResult) => void) =>
      host.logIn(user, ADDRESSES.lb1, service, (isIn) =>
        done(!isIn ? "notNow" : isPassword(user, password) ? "in" : "wrong"),
      );
  switch (port) {
    case PORTS.imap:
      return (line) =>
        imapTalk({ name, logIn: logInFor("imap"), mailbox: world.probeMailbox }, line);
    case PORTS.smtp:
    case PORTS.submission:
      return (line) =>
        smtpTalk(
          {
            name,
            logIn: port === PORTS.submission ? logInFor("submission") : null,
            recipient: (to, done) => host.knows(to, done),
            take: ({ from, to, subject, bytes }) =>
              host.submit({
                client: ADDRESSES.lb1,
                clientName: "unknown",
                from,
                to,
                bytes,
                subject,
              }),
          },
          line,
        );
    default:
      return null;
  }
}
