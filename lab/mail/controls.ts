import type { MailLab } from "./folder.ts";
import { portOf } from "./links.ts";
import { inside } from "./processes.ts";

/*
 * Outages that no rule of the firewall has caused: what is said of them must not blame one. A stopped
 * database is in `database.ts`.
 */

const PROVIDER_TABLE = "inet provider";

/** Mail that leaves is dropped outside, before anybody there hears of it: its SYN goes out, and nothing returns. */
export async function dropMailOutside(lab: MailLab): Promise<void> {
  const ruleset = `table ${PROVIDER_TABLE} {
  chain input {
    type filter hook input priority filter
    tcp dport 25 counter drop
  }
}
`;
  await inside(lab, "remote", ["nft", "-f", "-"], ruleset);
}

export async function passMailOutside(lab: MailLab): Promise<void> {
  await inside(lab, "remote", ["nft", "delete", "table", ...PROVIDER_TABLE.split(" ")]);
}

/** Takes the first mail host's cable out of its port, which is one of the firewall's. */
export async function unplugMail(lab: MailLab): Promise<void> {
  await inside(lab, "firewall", ["ip", "link", "set", portOf(lab.plan, "mailOne"), "down"]);
}

export async function plugMail(lab: MailLab): Promise<void> {
  await inside(lab, "firewall", ["ip", "link", "set", portOf(lab.plan, "mailOne"), "up"]);
}
