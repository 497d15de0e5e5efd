import { z } from "zod";
import { DNS_TYPES } from "./monitors.ts";

/* The shape of `monitors` and `notify` in `premortem.yaml`; what it means is looked up in monitorFile.ts. */

const duration = z.string().describe("`500ms`, `10s`, `5m`, `1h`");
const target = z
  .string()
  .describe("`10.10.2.5`, `10.10.2.5:587`, `[2001:db8::5]:25`, `mx.example`");
const file = z
  .string()
  .describe("path of a file on premortem's own host; the secret is never written here");

const flow = z
  .strictObject({
    from: z.string().describe("a role, a zone, a device or an address"),
    to: z.string().describe("a role, a zone, a device or an address"),
    service: z.string().describe("`tcp/25`, or a name of /etc/services"),
  })
  .describe("connections that a monitor speaks of");
const flows = z
  .array(flow)
  .optional()
  .describe("connections that it speaks of; default: those that follow from its other keys");

const probe = {
  from: z.string().describe("the device whose own path is used"),
  every: duration.default("10s"),
  timeout: duration.default("5s"),
  slow: duration.optional().describe("from here on it is degraded; default: half of `timeout`"),
  flows,
};
const encryption = z.enum(["starttls", "tls", "none"]);
const server = {
  "server-name": z.string().optional().describe("name in the certificate; default: the host"),
  "trust-file": z.string().optional().describe("what vouches for the certificate (PEM)"),
};
const login = { user: z.string(), "password-file": file };

const smtp = z.strictObject({
  kind: z.literal("smtp"),
  ...probe,
  to: target,
  sender: z.string().default("").describe("default: the sender of bounces"),
  recipient: z.string(),
});
const submission = z.strictObject({
  kind: z.literal("submission"),
  ...probe,
  to: target,
  encryption: encryption.default("starttls"),
  ...server,
  ...login,
});
const imap = z.strictObject({
  kind: z.literal("imap"),
  ...probe,
  to: target,
  encryption: encryption.default("starttls"),
  ...server,
  ...login,
});
const roundTrip = z.strictObject({
  kind: z.literal("round-trip"),
  ...probe,
  every: duration.default("1m"),
  timeout: duration.default("30s"),
  submit: target.describe("where the mail is handed in"),
  "submit-encryption": encryption.default("starttls"),
  "submit-login": z.boolean().default(true).describe("false: handed in as a stranger does"),
  sender: z.string().optional().describe("default: `user`"),
  recipient: z.string().optional().describe("an address that answers each mail; default: `user`"),
  imap: target.describe("where the mailbox is"),
  "imap-encryption": encryption.default("starttls"),
  "read-from": z.string().optional().describe("device that reads the mailbox; default: `from`"),
  ...server,
  ...login,
});
const dns = z.strictObject({
  kind: z.literal("dns"),
  ...probe,
  to: target,
  name: z.string(),
  type: z.enum(DNS_TYPES).default("A"),
  transport: z.enum(["udp", "tcp"]).default("udp"),
});
const database = z.strictObject({
  kind: z.literal("database"),
  ...probe,
  to: target,
  database: z.string(),
  user: z.string(),
  "password-file": file.optional().describe("default: until the server asks for a password"),
});
const postfix = z.strictObject({
  kind: z.literal("postfix"),
  on: z.string().describe("the device that it runs on"),
  log: z
    .union([z.string(), z.array(z.string())])
    .default("/var/log/mail.log")
    .describe("Postfix's log, and Dovecot's where it has its own"),
  configuration: z.string().default("/etc/postfix"),
  "dovecot-configuration": z.string().optional().describe("`/etc/dovecot`; default: no Dovecot"),
  every: duration.default("10s").describe("how often the queue is looked at"),
  flows,
});
const counters = z.strictObject({
  kind: z.literal("counters"),
  on: z.string().describe("the device whose rules count"),
  every: duration.default("5s"),
  flows,
});
const complaints = z.strictObject({
  kind: z.literal("complaints"),
  "secret-file": file,
  "expected-per-hour": z.number().positive().max(100_000).default(1),
  flows,
});

export const monitorSchema = z
  .discriminatedUnion("kind", [
    smtp,
    submission,
    imap,
    roundTrip,
    dns,
    database,
    postfix,
    counters,
    complaints,
  ])
  .describe("something that premortem looks at all day");

export const notifySchema = z
  .strictObject({
    alertmanager: z.string().optional().describe("`http://alertmanager.example.net:9093`"),
    webhook: z.strictObject({ url: z.string(), "secret-file": file }).optional(),
    email: z
      .strictObject({
        submit: target.describe("where it is handed in; not with the mail that is watched"),
        encryption: encryption.default("starttls"),
        user: z.string().optional().describe("default: no login"),
        "password-file": file.optional(),
        "trust-file": z.string().optional().describe("what vouches for the certificate (PEM)"),
        sender: z.string(),
      })
      .optional()
      .describe("mail to the `email` of people whom an escalation calls"),
  })
  .describe("where alerts go");

export type MonitorText = z.infer<typeof monitorSchema>;
