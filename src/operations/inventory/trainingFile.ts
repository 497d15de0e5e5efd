import { own } from "../../engine/base/own.ts";
import { type Draft, listOf, tell, tellUnknown } from "./draft.ts";
import type { PersonRole } from "./model.ts";
import type { NetworkText } from "./schema.ts";
import { PERSON_ROLES } from "./schema.ts";
import type { LessonKind, TrainingLesson } from "./training.ts";
import type { YamlPath } from "./yaml.ts";

type LessonText = NetworkText["training"][string];

/** Stands in sentences, in the trail and in the record: no blanks, nothing unseen. */
const LESSON_ID = /^[^\p{C}\p{Z}]{1,64}$/u;
const UNIT_DAYS = { d: 1, w: 7, y: 365 } as const;
const LONGEST_DAYS = 1_825;

/** What people practise, in the order of the file. */
export function buildTraining(draft: Draft): readonly TrainingLesson[] {
  return Object.entries(draft.text.training).map(([id, text]) => {
    const path = ["training", id] as const;
    if (!LESSON_ID.test(id))
      tell(
        draft,
        "PM5041",
        `no lesson can be called \`${id.replace(/\p{C}/gu, "\ufffd")}\``,
        path,
        "take 1 to 64 characters without blanks",
      );
    return {
      id,
      title: text.title,
      what: readKind(draft, text, path),
      minutes: text.minutes,
      everyDays: readDays(draft, text.every, [...path, "every"]),
      ...readPeople(draft, text, path),
      span: draft.yaml.spanOf(path, true),
    };
  });
}

function readKind(draft: Draft, { drill, paper }: LessonText, path: YamlPath): LessonKind {
  if (drill !== undefined && paper === undefined) return { kind: "drill", drill };
  if (paper !== undefined && drill === undefined) return { kind: "paper", kit: paper };
  const message =
    drill === undefined
      ? "the lesson is neither a drill nor a paper kit"
      : "the lesson is a drill and a paper kit at once";
  const help = "give it either `drill` or `paper`; two lessons may be for the same people";
  tell(draft, "PM5041", message, drill === undefined ? path : [...path, "paper"], help);
  return { kind: "paper", kit: "" };
}

/** Days of `90d`; one that cannot be read is told, and a year. */
function readDays(draft: Draft, text: string, path: YamlPath): number {
  const [, number, unit] = /^(\d{1,4})([dwy])$/.exec(text) ?? [];
  const days =
    number === undefined ? 0 : Number(number) * UNIT_DAYS[unit as keyof typeof UNIT_DAYS];
  if (days >= 1 && days <= LONGEST_DAYS) return days;
  const help = "write `90d`, `26w` or `1y`, from a day to five years";
  tell(draft, "PM5040", `\`${text}\` is no interval of lessons`, path, help);
  return UNIT_DAYS.y;
}

function readPeople(
  draft: Draft,
  text: LessonText,
  path: YamlPath,
): Pick<TrainingLesson, "teams" | "roles"> {
  const found: { readonly teams: Set<string>; readonly roles: Set<PersonRole> } = {
    teams: new Set(),
    roles: new Set(),
  };
  for (const [index, word] of listOf(text.for).entries()) {
    const place = [...path, "for", ...(typeof text.for === "string" ? [] : [index])];
    const role = PERSON_ROLES.find((one) => one === word);
    const isTeam = own(draft.text.teams, word) !== undefined;
    if (role !== undefined && isTeam)
      tell(
        draft,
        "PM5041",
        `\`${word}\` is a role, and a team as well`,
        place,
        "give the team another id",
      );
    if (role !== undefined) found.roles.add(role);
    else if (isTeam) found.teams.add(word);
    else {
      const known = [...Object.keys(draft.text.teams), ...PERSON_ROLES];
      tellUnknown(draft, word, place, known, "team or role");
    }
  }
  return { teams: [...found.teams], roles: [...found.roles] };
}
