import { mkdirSync, writeFileSync } from "node:fs";
import { MAIL_OWNER } from "./etc.ts";
import { etcPath, filesOf, hostPath, type MailLab } from "./folder.ts";
import type { MailRole } from "./plan.ts";
import { postfixSockets } from "./postfix.ts";
import { startDaemon } from "./processes.ts";

export function configureDovecot(lab: MailLab, role: MailRole): void {
  mkdirSync(etcPath(lab, role, "dovecot"), { recursive: true });
  mkdirSync(hostPath(lab, role, "run"), { recursive: true });
  writeFileSync(etcPath(lab, role, "dovecot", "dovecot-sql.conf.ext"), userMap(lab), {
    mode: 0o600,
  });
  writeFileSync(etcPath(lab, role, "dovecot", "dovecot.conf"), settings(lab, role));
}

/** Starts the Dovecot of a mail host; Postfix's queue has to be there. */
export async function startDovecot(lab: MailLab, role: MailRole): Promise<void> {
  await startDaemon(lab, role, ["dovecot"], "dovecot.out");
}

function userMap(lab: MailLab): string {
  const { accounts, addresses } = lab.plan;
  return `driver = pgsql
connect = host=${addresses.database} dbname=${accounts.database} user=${accounts.databaseUser} password=${accounts.databasePassword}
default_pass_scheme = PLAIN
password_query = SELECT email AS user, pw AS password FROM users WHERE email = '%u'
user_query = SELECT '${filesOf.store(lab)}/%u' AS home FROM users WHERE email = '%u'
`;
}

function settings(lab: MailLab, role: MailRole): string {
  const { plan } = lab;
  const run = hostPath(lab, role, "run");
  return `base_dir = ${run}/dovecot
state_dir = ${run}/dovecot-state
instance_name = ${plan.hosts[role]}
protocols = imap lmtp
listen = ${plan.addresses[role]}
log_path = ${hostPath(lab, role, "log", "dovecot.log")}
ssl = required
ssl_cert = <${filesOf.certificate(lab)}
ssl_key = <${filesOf.certificateKey(lab)}
mail_location = maildir:~/Maildir
mail_uid = ${MAIL_OWNER.name}
mail_gid = ${MAIL_OWNER.id}
first_valid_uid = 1
auth_mechanisms = plain login
login_greeting = ${plan.hosts[role]} ready
passdb {
  driver = sql
  args = /etc/dovecot/dovecot-sql.conf.ext
}
userdb {
  driver = sql
  args = /etc/dovecot/dovecot-sql.conf.ext
}
service auth {
  unix_listener ${postfixSockets.auth(lab, role)} {
    mode = 0660
    user = postfix
    group = postfix
  }
}
service lmtp {
  unix_listener ${postfixSockets.lmtp(lab, role)} {
    mode = 0600
    user = postfix
  }
}
service imap-login {
  service_count = 0
  inet_listener imaps {
    port = 0
  }
}
service stats {
  client_limit = 500
}
`;
}
