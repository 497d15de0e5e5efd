import {
  ACCOUNTS,
  ADDRESSES,
  DEVICES,
  type DeviceName,
  ECHO,
  FIREWALL,
  FIREWALL_NAMES,
  HELP_DESK,
  LOCAL_DOMAIN,
  MAIL_HOSTS,
  type MailHostName,
  managementAddress,
  PORTS,
  REMOTE_DOMAINS,
  ZONES,
} from "../world/plan.ts";
import { MAIL_LOG } from "./configuration.ts";

/** Files that premortem reads, on its own machine. */
export interface SecretFiles {
  readonly probePassword: string;
  readonly complaintSecret: string;
}

/** Where the firewall keeps the ruleset that it boots with. */
export const FIREWALL_SOURCE = "/etc/nftables.conf";
export const LOGIN_LOG = "/var/log/auth.log";
/* Shorter than a person would wait: a visitor has five minutes. */
const OFTEN = "every: 5s, timeout: 3s";

/** `premortem.yaml` of the simulation: what there is, what must work, and who answers for it. */
export function networkFile(secrets: SecretFiles): string {
  return `# A simulated network: nothing of it is real. Written at the first start, and yours from then on.
devices:
${DEVICES.map(device).join("")}
zones:
${Object.values(ZONES)
  .map((zone) => {
    const addresses = zone.name === "internet" ? "internet" : `${zone.network}.0/24`;
    return `  ${zone.name}: { device: ${FIREWALL}, interfaces: ${zone.interface}, addresses: ${addresses} }\n`;
  })
  .join("")}
roles:
  mail-servers: [${MAIL_HOSTS.map((name) => ADDRESSES[name]).join(", ")}]
  balancer: ${ADDRESSES.lb1}
  database: ${ADDRESSES.db1}
  public-address: ${ADDRESSES.fw1}

${INTENTS}
monitors:
${monitors(secrets)}
${STATUS_PAGE}
${PEOPLE}
${TRAINING}`;
}

function device(name: DeviceName): string {
  const gateways = Object.values(ZONES).map(({ network }) => `${network}.1`);
  const own = name === FIREWALL ? gateways : [ADDRESSES[name]];
  const { table, nat } = FIREWALL_NAMES;
  const rules =
    name === FIREWALL
      ? `    sources: ${FIREWALL_SOURCE}
    managed-by: { inet ${table}: premortem, ip ${nat}: premortem }
`
      : "";
  return `  ${name}:
    reach: simulated:${name}
${rules}    addresses: [${[...own, managementAddress(name)].join(", ")}]
    login-log: ${LOGIN_LOG}
`;
}

const INTENTS = `intents:
  mail-out:
    from: mail-servers
    to: internet
    service: smtp
    reason: customers' mail leaves by itself, without a smarthost
    owner: mail team
    critical: true
  names:
    from: mail-servers
    to: internet
    service: dns
    reason: no mail leaves without a name, and many names need TCP
    owner: mail team
    critical: true
  users-database:
    from: mail-servers
    to: database
    service: postgresql
    reason: Postfix and Dovecot look up each user there
    owner: database team
    critical: true
  mail-in:
    from: internet
    to: public-address
    service: smtp
    reason: the world's mail comes in, turned to the balancer by NAT
    owner: mail team
    critical: true
  clients:
    from: users
    to: balancer
    service: [smtp, submission, imap2]
    reason: people read their mail, and hand mail in
    owner: mail team
    critical: true
  database-closed:
    from: internet
    to: database
    service: tcp/0-65535
    expect: blocked
    reason: nobody outside asks the database
    owner: database team
`;

const STATUS_PAGE = `status-page:
  title: Mail of the simulated network
  serve: true
  components:
    Outgoing mail: { about: to people elsewhere, intents: [mail-out, names], probes: [mail1-out, mail2-out] }
    Incoming mail: { about: from people elsewhere, intents: mail-in }
    Mailboxes: { about: to read mail and to hand it in, intents: [clients, users-database], probes: [users-imap, users-submission] }
`;

const PEOPLE = `people:
  ana: { name: Ana Ruiz, roles: [operator] }
  bob: { name: Bob Stein, roles: [operator, approver] }
  eva: { name: Eva Lindqvist, roles: [viewer] }
`;

const TRAINING = `teams:
  mail: { name: Mail, members: [ana, bob] }
training:
  outage:
    title: The rule that cut the mail off
    drill: origin
    for: [operator, approver]
    every: 1y
  names:
    title: Names over TCP
    drill: names
    for: mail
    every: 1y
  telephone:
    title: Whom to call when mail itself is down
    paper: with the playbook "outgoing" on paper, say whom you call first, by what, and what you ask
    for: [mail, viewer]
    every: 26w
`;

function monitors(secrets: SecretFiles): string {
  const user = `user: ${ACCOUNTS.probe}@${LOCAL_DOMAIN}, password-file: ${JSON.stringify(secrets.probePassword)}`;
  const lines = [
    ...MAIL_HOSTS.flatMap((name) => mailMonitors(name)),
    `users-submission: { kind: submission, from: desk1, to: "${ADDRESSES.lb1}:${PORTS.submission}", encryption: none, ${OFTEN}, ${user} }`,
    `users-imap: { kind: imap, from: desk1, to: "${ADDRESSES.lb1}:${PORTS.imap}", encryption: none, ${OFTEN}, ${user} }`,
    `round-trip: { kind: round-trip, from: desk1, every: 15s, timeout: 10s, submit: "${ADDRESSES.lb1}:${PORTS.submission}", submit-encryption: none, imap: "${ADDRESSES.lb1}:${PORTS.imap}", imap-encryption: none, recipient: ${ECHO}, ${user} }`,
    `${FIREWALL}-counters: { kind: counters, on: ${FIREWALL} }`,
    `${HELP_DESK}: { kind: complaints, secret-file: ${JSON.stringify(secrets.complaintSecret)} }`,
  ];
  return lines.map((line) => `  ${line}\n`).join("");
}

function mailMonitors(name: MailHostName): readonly string[] {
  const from = `from: ${name}`;
  const remote = REMOTE_DOMAINS[0]?.name ?? "";
  return [
    `${name}-out: { kind: smtp, ${from}, to: ${ADDRESSES.remote}, recipient: postmaster@${remote}, ${OFTEN} }`,
    `${name}-names: { kind: dns, ${from}, to: ${ADDRESSES.resolver}, name: ${remote}, type: MX, ${OFTEN} }`,
    `${name}-database: { kind: database, ${from}, to: ${ADDRESSES.db1}, database: ${ACCOUNTS.database}, user: ${ACCOUNTS.databaseUser}, ${OFTEN} }`,
    `${name}-postfix: { kind: postfix, on: ${name}, log: ${MAIL_LOG}, dovecot-configuration: /etc/dovecot, every: 5s }`,
  ];
}
