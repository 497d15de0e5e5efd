import type { Clock } from "../../platform/clock.ts";
import type { MessageChannel, Sent } from "../../platform/notify/channel.ts";
import { sendEmail } from "../../platform/notify/email.ts";
import { webhook } from "../../platform/notify/webhook.ts";
import type { Person } from "../inventory/model.ts";
import type { EmailNotify, Notify } from "../inventory/monitors.ts";
import type { EscalationChannel } from "../inventory/onCall.ts";
import type { Escalation, Telling } from "./model.ts";

/** Tells one person, by one channel. */
export interface Pager {
  readonly name: EscalationChannel;
  tell(page: Page, signal: AbortSignal): Promise<Sent>;
}

/** What one person is told. */
export interface Page {
  readonly telling: Telling;
  readonly escalation: Escalation;
  readonly person: Person;
}

/** The pagers that the network file names. */
export function pagersOf(notify: Notify, clock: Clock): readonly Pager[] {
  const { webhook: hook, email } = notify;
  return [
    ...(hook === null ? [] : [hookPager(webhook({ ...hook, clock }))]),
    ...(email === null ? [] : [emailPager(email)]),
  ];
}

function hookPager(channel: MessageChannel): Pager {
  return {
    name: "webhook",
    tell: (page, signal) => {
      const { message: id, atMs } = page.telling;
      return channel.send({ id, atMs, body: JSON.stringify(bodyOf(page)) }, signal);
    },
  };
}

function emailPager({ target, ...server }: EmailNotify): Pager {
  return {
    name: "email",
    async tell({ telling, escalation, person }) {
      if (person.email === null) {
        const reason = `\`${person.login}\` has no \`email\` in the network file`;
        return { kind: "failed", reason, isFinal: true, afterMs: null };
      }
      const { id, title, text, policy } = escalation;
      const step = `step ${telling.step + 1} of ${policy.name}, escalation ${id}`;
      return sendEmail(
        { ...server, ...target },
        {
          id: telling.message,
          atMs: telling.atMs,
          to: person.email,
          subject: title,
          text: `${text}\n\nYou are called by ${step}.\nTake it in hand: premortem acknowledge --escalation ${id}\n`,
        },
      );
    },
  };
}

/** The body of a message that calls somebody, as docs/reference/webhook.md describes it. */
function bodyOf({ telling, escalation, person }: Page) {
  const { id, subject, incident, title, text, policy, kind } = escalation;
  return {
    formatVersion: 1,
    id: telling.message,
    at: new Date(telling.atMs).toISOString(),
    title: `for ${person.name}: ${title}`,
    groups: [],
    call: {
      escalation: id,
      subject,
      incident,
      kind,
      policy: policy.name,
      step: telling.step + 1,
      round: telling.round + 1,
      person: { login: person.login, name: person.name, email: person.email },
      title,
      text,
    },
  };
}
