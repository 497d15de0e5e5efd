import { filesOf, hostPath, type MailLab } from "./folder.ts";
import {
  DEVICE_ROLES,
  type DeviceRole,
  gatewayOf,
  type LabPlan,
  MAIL_ROLES,
  type MailRole,
  mailName,
  managementAddress,
  type ZoneName,
} from "./plan.ts";
import { loginLog } from "./ssh.ts";

/** The monitor that takes complaints. */
export const HELP_DESK = "help-desk";

const ZONES = ["users", "dmz", "data", "internet"] as const satisfies readonly ZoneName[];

/** `premortem.yaml` of the lab: what there is, what must work, and who answers for it. */
export function networkFile(lab: MailLab): string {
  const { plan } = lab;
  return `# The mail network of the lab: written by \`npm run lab -- up\`.
devices:
${DEVICE_ROLES.map((role) => device(lab, role)).join("")}
zones:
${ZONES.map((zone) => zoneLine(plan, zone)).join("")}
roles:
  mail-servers: [${MAIL_ROLES.map((role) => plan.addresses[role]).join(", ")}]
  balancer: ${plan.addresses.balancer}
  database: ${plan.addresses.database}
  public-address: ${plan.addresses.firewall}

${intents(plan)}
monitors:
${monitors(lab)}
people:
  ana: { name: Ana, roles: [operator] }
  bob: { name: Bob, roles: [operator, approver] }
  eva: { name: Eva, roles: [viewer] }
`;
}

function device(lab: MailLab, role: DeviceRole): string {
  const { plan } = lab;
  const { filterTable, natTable } = plan.firewall;
  const own =
    role === "firewall" ? ZONES.map((zone) => gatewayOf(plan, zone)) : [plan.addresses[role]];
  const rules = `    sources: ${filesOf.ruleset(lab)}
    managed-by: { inet ${filterTable}: premortem, ip ${natTable}: premortem }
`;
  return `  ${plan.hosts[role]}:
    reach: ssh://premortem@${plan.hosts[role]}
${role === "firewall" ? rules : ""}    addresses: [${[...own, managementAddress(plan, role)].join(", ")}]
    login-log: ${loginLog(lab, role)}
    records: ${hostPath(lab, role, "records")}
`;
}

function zoneLine({ hosts, zones }: LabPlan, zone: ZoneName): string {
  const { name, interface: port, network } = zones[zone];
  const addresses = zone === "internet" ? "internet" : `${network}.0/24`;
  return `  ${name}: { device: ${hosts.firewall}, interfaces: ${port}, addresses: ${addresses} }\n`;
}

function intents({ zones }: LabPlan): string {
  const { internet, users } = zones;
  return `intents:
  mail-out:
    from: mail-servers
    to: ${internet.name}
    service: smtp
    reason: customers' mail leaves by itself, without a smarthost
    owner: mail team
    critical: true
  names:
    from: mail-servers
    to: ${internet.name}
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
    from: ${internet.name}
    to: public-address
    service: smtp
    reason: the world's mail comes in, turned to the balancer by NAT
    owner: mail team
    critical: true
  clients:
    from: ${users.name}
    to: balancer
    service: [smtp, submission, imap2]
    owner: mail team
    critical: true
  database-closed:
    from: ${internet.name}
    to: database
    service: tcp/0-65535
    expect: blocked
    owner: database team
`;
}

/* Shorter than a person would wait, so that a run of the lab is short as well. */
const OFTEN = "every: 5s, timeout: 3s";

/** What premortem looks at: each mail host's own ways, what users do, and what hosts say of themselves. */
function monitors(lab: MailLab): string {
  const { plan } = lab;
  const { hosts, addresses, accounts, domains } = plan;
  const probe = `user: ${accounts.probe}@${domains.local}, password-file: ${filesOf.probePassword(lab)}`;
  const trust = `server-name: ${mailName(plan)}, trust-file: ${filesOf.certificate(lab)}`;
  const lines = [
    ...MAIL_ROLES.flatMap((role) => mailMonitors(lab, role)),
    `users-submission: { kind: submission, from: ${hosts.client}, to: "${addresses.balancer}:587", ${OFTEN}, ${probe}, ${trust} }`,
    `users-imap: { kind: imap, from: ${hosts.client}, to: "${addresses.balancer}:143", ${OFTEN}, ${probe}, ${trust} }`,
    `round-trip: { kind: round-trip, from: ${hosts.client}, every: 15s, timeout: 10s, submit: "${addresses.balancer}:587", imap: "${addresses.balancer}:143", recipient: echo@${domains.remote}, ${probe}, ${trust} }`,
    `${hosts.firewall}-counters: { kind: counters, on: ${hosts.firewall} }`,
    `${HELP_DESK}: { kind: complaints, secret-file: ${filesOf.complaintSecret(lab)} }`,
  ];
  return lines.map((line) => `  ${line}\n`).join("");
}

function mailMonitors(lab: MailLab, role: MailRole): readonly string[] {
  const { hosts, addresses, accounts, domains } = lab.plan;
  const from = `from: ${hosts[role]}`;
  const logs = ["mail.log", "dovecot.log"].map((name) => hostPath(lab, role, "log", name));
  return [
    `${hosts[role]}-out: { kind: smtp, ${from}, to: ${addresses.remote}, recipient: postmaster@${domains.remote}, ${OFTEN} }`,
    `${hosts[role]}-names: { kind: dns, ${from}, to: ${addresses.resolver}, name: ${domains.remote}, type: MX, ${OFTEN} }`,
    `${hosts[role]}-database: { kind: database, ${from}, to: ${addresses.database}, database: ${accounts.database}, user: ${accounts.databaseUser}, password-file: ${filesOf.databasePassword(lab)}, ${OFTEN} }`,
    `${hosts[role]}-postfix: { kind: postfix, on: ${hosts[role]}, log: [${logs.join(", ")}], dovecot-configuration: /etc/dovecot }`,
  ];
}
