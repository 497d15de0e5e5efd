import { z } from "zod";
import { monitorSchema, notifySchema } from "./monitorSchema.ts";
import { escalationSchema, onCallSchema } from "./onCallSchema.ts";
import { soloSchema } from "./soloSchema.ts";
import { statusPageSchema } from "./statusPageSchema.ts";
import { trainingSchema } from "./trainingSchema.ts";

/*
 * The shape of `premortem.yaml`. What it means (names, addresses, services) is looked up afterwards, so
 * that each mistake is told at its own line.
 */

const words = z.union([z.string(), z.array(z.string())]).describe("one, or a list");

const device = z
  .strictObject({
    reach: z
      .string()
      .describe(
        "`local`, `ssh://user@host`, `ssh://host:port`, `namespace:name` or `simulated:name`",
      ),
    sources: words.optional().describe("files that make up its ruleset at boot, in order"),
    "managed-by": z
      .record(
        z.string().describe("table as nft prints it: `inet edge`"),
        z.enum([
          "premortem",
          "ansible",
          "docker",
          "ufw",
          "firewalld",
          "fail2ban",
          "libvirt",
          "other",
        ]),
      )
      .optional()
      .describe("who writes which table; premortem changes its own only"),
    addresses: words.optional().describe("addresses of the device itself"),
    "login-log": z
      .string()
      .default("/var/log/auth.log")
      .describe("where its sshd logs who came; `journal` where systemd keeps it"),
    records: z
      .string()
      .startsWith("/")
      .default("/var/lib/premortem")
      .describe("a folder on the device for what an apply has to remember; it outlives a restart"),
  })
  .describe("something with a ruleset");

const zone = z
  .strictObject({
    device: z.string(),
    interfaces: words.describe("behind which it lies; a trailing `*` stands for any ending"),
    addresses: words.describe("`10.10.2.0/24`, `2001:db8::/32`, or `internet`"),
  })
  .describe("hosts behind some interfaces of a device");

const role = z
  .union([z.string(), z.array(z.string())])
  .describe("addresses of hosts that do the same");

const intent = z
  .strictObject({
    from: z.string().describe("a role, a zone or a device"),
    to: z.string().describe("a role, a zone or a device"),
    service: words.describe("`tcp/25`, `ping`, or a name under `services` or in /etc/services"),
    expect: z.enum(["reachable", "blocked"]).default("reachable"),
    reason: z.string().optional(),
    owner: z.string().optional(),
    critical: z.boolean().default(false).describe("while it is broken, no change is applied"),
  })
  .describe("what must be possible, or must not");

export const PERSON_ROLES = ["viewer", "helpdesk", "operator", "approver"] as const;

const person = z.strictObject({
  name: z.string(),
  email: z.string().optional(),
  keys: words
    .optional()
    .describe("fingerprints of ssh keys (`SHA256:…`), so that a shared login is told apart"),
  roles: z.array(z.enum(PERSON_ROLES)).min(1),
});

const team = z
  .strictObject({
    name: z.string().min(1),
    members: words.describe("logins of people"),
  })
  .describe("people who are called, trained and told together");

export const networkSchema = z
  .strictObject({
    devices: z.record(z.string(), device),
    zones: z.record(z.string(), zone),
    roles: z.record(z.string(), role).default({}),
    services: z.record(z.string(), words).default({}),
    intents: z.record(z.string(), intent).default({}),
    people: z.record(z.string(), person).default({}),
    teams: z.record(z.string(), team).default({}),
    solo: soloSchema.optional(),
    monitors: z.record(z.string(), monitorSchema).default({}),
    notify: notifySchema.default({}),
    playbooks: words
      .optional()
      .describe(
        "files and folders of playbooks, beside this file; default: the folder `playbooks`",
      ),
    "status-page": statusPageSchema.optional(),
    "on-call": z.record(z.string(), onCallSchema).default({}),
    escalation: z.record(z.string(), escalationSchema).default({}),
    training: z.record(z.string(), trainingSchema).default({}),
  })
  .describe("what premortem has to know of a network");

export type NetworkText = z.infer<typeof networkSchema>;
