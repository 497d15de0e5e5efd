import {
  ACCOUNTS,
  ADDRESSES,
  DEVICES,
  type DeviceName,
  LOCAL_DOMAIN,
  type MailHostName,
  managementAddress,
} from "../world/plan.ts";
import { USER_MAP } from "../world/userLookups.ts";

/** The file that both Postfix and Dovecot log to, by syslog. */
export const MAIL_LOG = "/var/log/mail.log";

/** Files that every host has. */
export function commonFiles(): ReadonlyMap<string, string> {
  const managed = DEVICES.map((name) => `${managementAddress(name)} ${name}\n`).join("");
  return new Map([
    ["/etc/hosts", `127.0.0.1 localhost\n${ADDRESSES.lb1} mail.${LOCAL_DOMAIN}\n${managed}`],
    ["/etc/resolv.conf", `nameserver ${ADDRESSES.resolver}\noptions timeout:2 attempts:2\n`],
  ]);
}

/** How a mail server is set up: what premortem reads of it says which connections it needs. */
export function mailFiles(name: MailHostName): ReadonlyMap<string, string> {
  return new Map([
    ["/etc/postfix/main.cf", mainSettings(name)],
    ["/etc/postfix/master.cf", SERVICES],
    [USER_MAP, POSTFIX_USERS],
    ["/etc/dovecot/dovecot.conf", dovecotSettings(name)],
    ["/etc/dovecot/dovecot-sql.conf.ext", DOVECOT_USERS],
  ]);
}

export function isMailHost(name: DeviceName): name is MailHostName {
  return name === "mail1" || name === "mail2";
}

function mainSettings(name: MailHostName): string {
  return `compatibility_level = 3.6
myhostname = ${name}.${LOCAL_DOMAIN}
mydestination =
inet_interfaces = ${ADDRESSES[name]}, 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = ${LOCAL_DOMAIN}
virtual_mailbox_maps = proxy:pgsql:${USER_MAP}
virtual_transport = lmtp:unix:private/dovecot-lmtp
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
queue_run_delay = 30s
minimal_backoff_time = 30s
alias_maps =
alias_database =
`;
}

const SERVICES = `smtp       inet  n - y - - smtpd
submission inet  n - y - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_sasl_auth_enable=yes
qmgr       unix  n - n 300 1 qmgr
cleanup    unix  n - y - 0 cleanup
proxymap   unix  - - n - - proxymap
smtp       unix  - - y - - smtp
lmtp       unix  - - y - - lmtp
`;

const POSTFIX_USERS = `hosts = ${ADDRESSES.db1}
user = ${ACCOUNTS.databaseUser}
password = ${ACCOUNTS.databasePassword}
dbname = ${ACCOUNTS.database}
query = SELECT email FROM users WHERE email = '%s'
`;

const DOVECOT_USERS = `driver = pgsql
connect = host=${ADDRESSES.db1} dbname=${ACCOUNTS.database} user=${ACCOUNTS.databaseUser} password=${ACCOUNTS.databasePassword}
default_pass_scheme = PLAIN
password_query = SELECT email AS user, pw AS password FROM users WHERE email = '%u'
`;

function dovecotSettings(name: MailHostName): string {
  return `protocols = imap lmtp
listen = ${ADDRESSES[name]}
instance_name = ${name}
auth_mechanisms = plain login
passdb {
  driver = sql
  args = /etc/dovecot/dovecot-sql.conf.ext
}
userdb {
  driver = sql
  args = /etc/dovecot/dovecot-sql.conf.ext
}
`;
}
