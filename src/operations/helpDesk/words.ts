import type { PublicStatus } from "../statusPage/model.ts";
import { STATUS_WORDS } from "../statusPage/words.ts";
import type { HelpDeskView, KnownCause } from "./model.ts";

/* Sentences for whoever speaks with callers, and for callers: no rule, host or login is in them. */

type Facts = Omit<HelpDeskView, "answer" | "tellCallers" | "reports">;

/** Whether it is us, for the help desk. */
export function answerText({ verdict, cause, sinceMs, endedMs, looks }: Facts): string {
  const doubt = looks.all > 0 && looks.seeing === looks.all ? "" : ` ${unseen(looks)}`;
  switch (verdict) {
    case "yes":
      return `Yes, since ${time(sinceMs)}. ${CAUSE_WORDS[cause ?? "searched"]}${doubt}`;
    case "reported":
      return `Perhaps: callers say so since ${time(sinceMs)}, and nothing that we look at is known to fail.${doubt}`;
    case "over":
      return `It was, from ${time(sinceMs)} to ${time(endedMs)}. It is over.${doubt}`;
    case "nothingKnown":
      return `Nothing is known: all ${looks.all} looks see, and none of them sees a failure.`;
    case "notSeen":
      return `Not known: nothing is known to fail.${doubt}`;
  }
}

const CAUSE_WORDS: Readonly<Record<KnownCause, string>> = {
  proved: "The cause is proved.",
  searched: "The cause is not proved yet.",
  notRules: "It is proved that no change of a firewall is the cause; it lies elsewhere.",
};

function unseen({ all, seeing }: Facts["looks"]): string {
  return all === 0
    ? "Nobody looks: nothing is watched."
    : `Not all is seen: ${all - seeing} of ${all} looks see nothing now.`;
}

/** What to say to whoever calls. */
export function callersText({ verdict, services }: Facts, status: PublicStatus): string {
  switch (verdict) {
    case "yes":
      return `${disturbed(services)} ${STATUS_WORDS[status]}`;
    case "reported":
      return "Others have told us of this as well. We look whether it is on our side.";
    case "over":
      return "There was a disturbance, and it is over. Please try again.";
    case "nothingKnown":
      return "We know of no disturbance. Please tell us what does not work, and since when.";
    case "notSeen":
      return "We cannot say at the moment whether it is on our side. Please tell us what does not work, and since when.";
  }
}

function disturbed(services: Facts["services"]): string {
  const names = services.filter(({ isAffected }) => isAffected).map(({ name }) => name);
  return names.length === 0
    ? "Something does not work as it should."
    : `This does not work as it should: ${names.join(", ")}.`;
}

/** To the minute: nobody on the telephone needs more. */
function time(atMs: number | null): string {
  if (atMs === null) return "an unknown time";
  const stamp = new Date(atMs).toISOString();
  return `${stamp.slice(0, 10)} ${stamp.slice(11, 16)} UTC`;
}
