import { chownSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { etcPath, filesOf, hostPath, type MailLab } from "./folder.ts";
import type { MailRole } from "./plan.ts";
import { inside, run, startDaemon } from "./processes.ts";

const spool = (lab: MailLab, role: MailRole) => hostPath(lab, role, "spool");

/** Sockets of Dovecot that Postfix talks to. */
export const postfixSockets = {
  auth: (lab: MailLab, role: MailRole) => `${spool(lab, role)}/private/auth`,
  lmtp: (lab: MailLab, role: MailRole) => `${spool(lab, role)}/private/dovecot-lmtp`,
} as const;

export async function configurePostfix(lab: MailLab, role: MailRole): Promise<void> {
  const owner = Number(await run(["id", "-u", "postfix"]));
  cpSync("/etc/postfix", etcPath(lab, role, "postfix"), { recursive: true });
  mkdirSync(spool(lab, role), { recursive: true });
  mkdirSync(hostPath(lab, role, "postfix-data"), { recursive: true });
  chownSync(hostPath(lab, role, "postfix-data"), owner, 0);
  writeFileSync(etcPath(lab, role, "postfix", "main.cf"), mainSettings(lab, role));
  writeFileSync(etcPath(lab, role, "postfix", "master.cf"), services());
  writeFileSync(etcPath(lab, role, "postfix", "pgsql-users.cf"), userMap(lab));
}

/** Starts Postfix, and so makes its queue, which Dovecot's sockets lie in. */
export async function startPostfix(lab: MailLab, role: MailRole): Promise<void> {
  await startDaemon(lab, role, ["postfix", "start"], "postfix.out");
}

/** Tries again at once what is deferred. */
export async function flushQueue(lab: MailLab, role: MailRole): Promise<void> {
  await inside(lab, role, ["postqueue", "-f"]);
}

/** How many mails wait on a host. */
export async function queueLength(lab: MailLab, role: MailRole): Promise<number> {
  return (await inside(lab, role, ["postqueue", "-j"])).split("\n").length - 1;
}

function userMap({ plan }: MailLab): string {
  const { accounts, addresses } = plan;
  return `hosts = ${addresses.database}
user = ${accounts.databaseUser}
password = ${accounts.databasePassword}
dbname = ${accounts.database}
query = SELECT email FROM users WHERE email = '%s'
`;
}

/* Deferred mail is tried again after 30 s, not after Debian's 300 s: a run of the lab is shorter than that. */
function mainSettings(lab: MailLab, role: MailRole): string {
  const { plan } = lab;
  return `compatibility_level = 3.6
myhostname = ${plan.hosts[role]}.${plan.domains.local}
mydestination =
inet_interfaces = ${plan.addresses[role]}, 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
queue_directory = ${spool(lab, role)}
data_directory = ${hostPath(lab, role, "postfix-data")}
maillog_file = ${hostPath(lab, role, "log", "mail.log")}
maillog_file_prefixes = /run
virtual_mailbox_domains = ${plan.domains.local}
virtual_mailbox_maps = proxy:pgsql:/etc/postfix/pgsql-users.cf
virtual_transport = lmtp:unix:private/dovecot-lmtp
smtpd_tls_cert_file = ${filesOf.certificate(lab)}
smtpd_tls_key_file = ${filesOf.certificateKey(lab)}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
queue_run_delay = 30s
minimal_backoff_time = 30s
alias_maps =
alias_database =
biff = no
`;
}

/* Debian's services without chroot: a namespace has no copy of /etc in the queue's folder. */
function services(): string {
  return `smtp       inet  n - n - - smtpd
submission inet  n - n - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_security_level=encrypt
pickup     unix  n - n 60 1 pickup
cleanup    unix  n - n - 0 cleanup
qmgr       unix  n - n 300 1 qmgr
tlsmgr     unix  - - n 1000? 1 tlsmgr
rewrite    unix  - - n - - trivial-rewrite
bounce     unix  - - n - 0 bounce
defer      unix  - - n - 0 bounce
trace      unix  - - n - 0 bounce
verify     unix  - - n - 1 verify
flush      unix  n - n 1000? 0 flush
proxymap   unix  - - n - - proxymap
proxywrite unix  - - n - 1 proxymap
smtp       unix  - - n - - smtp
relay      unix  - - n - - smtp
showq      unix  n - n - - showq
error      unix  - - n - - error
retry      unix  - - n - - error
discard    unix  - - n - - discard
lmtp       unix  - - n - - lmtp
anvil      unix  - - n - 1 anvil
scache     unix  - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
`;
}
