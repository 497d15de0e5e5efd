import type { DiffClass } from "../engine/answer/diff.ts";
import { becomingOf } from "../engine/answer/diffGroups.ts";
import { shown } from "./formats/text/style.ts";

/** What to do about a class that nobody wanted, at the line that decides it. */
export function adviceOf(one: DiffClass): string {
  const { before, after } = one;
  const isRule = after.by !== null && "rule" in after.by;
  switch (becomingOf(one)) {
    case "close":
    case "may close":
      if (isRule) return "if they shall get through, accept them before this rule, or narrow it";
      return before.by !== null && "rule" in before.by
        ? `if they shall get through, keep the rule that accepted them: \`${shown(before.by.rule.text.split("\n")[0] ?? "")}\``
        : "if they shall get through, add a rule that accepts them";
    case "open":
    case "may open":
      return isRule
        ? "if they shall not get through, narrow this rule, or drop them before it"
        : "if they shall not get through, add a rule that drops them";
    case "change":
    case "may change":
      return "look whether this is what you want: `premortem trace` tells each step of the packet";
  }
}
