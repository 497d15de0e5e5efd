import { own } from "../../engine/base/own.ts";
import { type Draft, listOf, tell, tellUnknown } from "./draft.ts";
import type { Person, Team } from "./model.ts";

/** Who acts in the trail where no person of the network file does. */
const RESERVED: ReadonlySet<string> = new Set(["premortem", "break-glass"]);
/** What stands in sentences and on command lines: no blanks, nothing unseen, nothing that turns the line round. */
const LOGIN = /^[^\p{C}\p{Z}]{1,64}$/u;

export function buildPeople(draft: Draft): readonly Person[] {
  return Object.entries(draft.text.people).map(([login, { name, email, keys, roles }]) => {
    if (RESERVED.has(login) || !LOGIN.test(login))
      tell(
        draft,
        "PM5016",
        `nobody can be called \`${login.replace(/\p{C}/gu, "\ufffd")}\``,
        ["people", login],
        "take 1 to 64 characters without blanks, other than `premortem` and `break-glass`",
      );
    return { login, name, email: email ?? null, keys: listOf(keys), roles };
  });
}

export function buildTeams(draft: Draft): readonly Team[] {
  const { people, teams } = draft.text;
  return Object.entries(teams).map(([id, { name, members }]) => {
    const logins = listOf(members);
    for (const [index, login] of logins.entries())
      if (own(people, login) === undefined) {
        const place = ["teams", id, "members", ...(typeof members === "string" ? [] : [index])];
        tellUnknown(draft, login, place, Object.keys(people), "person");
      }
    return { id, name, members: [...new Set(logins)] };
  });
}
