import { refuse } from "../../platform/refusal.ts";
import type { Actor, Change, ChangeFacts, ChangeStatus, Refusal } from "./model.ts";

/* Who may act on a change, and when; people are told apart by login. */

export type Result = Change | Refusal;

export function isRefusal(result: Result): result is Refusal {
  return "reason" in result && "help" in result;
}

export function isOpen({ status }: ChangeFacts): boolean {
  return status === "draft" || status === "proposed";
}

export function isItsWriter({ writers }: ChangeFacts, login: string): boolean {
  return writers.includes(login);
}

/** Refuses what only a change of another status lets happen. */
export function over({ id, status }: Change): Refusal {
  const help = status === "draft" ? "propose it first" : "begin a new change";
  return refuse(`change ${id} is ${WORDS[status]}`, help);
}

const WORDS: Readonly<Record<ChangeStatus, string>> = {
  draft: "a draft",
  proposed: "up for review",
  applying: "being applied",
  applied: "applied",
  rolledBack: "rolled back",
  failed: "failed: its apply was stuck",
  withdrawn: "withdrawn",
};

export function notAllowed({ login }: Actor, role: string): Refusal {
  return refuse(`\`${login}\` is no ${role}`, `ask somebody with the role ${role}`);
}
