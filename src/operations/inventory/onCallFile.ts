import { own } from "../../engine/base/own.ts";
import { type Draft, listOf, tell, tellUnknown } from "./draft.ts";
import { readDuration } from "./duration.ts";
import {
  type DutyHours,
  ESCALATION_CHANNELS,
  type EscalationChannel,
  type EscalationPolicy,
  type EscalationStep,
  type EscalationTarget,
  type HandOver,
  type OnCallCalendar,
} from "./onCall.ts";
import { WEEKDAYS } from "./onCallSchema.ts";
import type { NetworkText } from "./schema.ts";
import type { YamlPath } from "./yaml.ts";

type CalendarText = NetworkText["on-call"][string];
type PolicyText = NetworkText["escalation"][string];

const DAY_MS = 86_400_000;
const HOURS = 24;
const MINUTES = 60;
const DAY_NAMES: readonly string[] = WEEKDAYS;

export function buildOnCall(draft: Draft): ReadonlyMap<string, OnCallCalendar> {
  return new Map(
    Object.entries(draft.text["on-call"]).map(([name, text]) => [
      name,
      buildCalendar(draft, name, text),
    ]),
  );
}

function buildCalendar(draft: Draft, name: string, text: CalendarText): OnCallCalendar {
  const path = ["on-call", name] as const;
  for (const [index, login] of listOf(text.rotation).entries())
    checkPerson(draft, login, at([...path, "rotation"], text.rotation, index));
  return {
    name,
    timeZone: readTimeZone(draft, text["time-zone"], [...path, "time-zone"]),
    rotation: listOf(text.rotation),
    handOver: readHandOver(draft, text, [...path, "hand-over"]),
    startDay: readDay(draft, text.start, [...path, "start"]),
    hours: text.hours.map((hours, index) => readHours(draft, hours, [...path, "hours", index])),
    span: draft.yaml.spanOf(path, true),
  };
}

function checkPerson(draft: Draft, login: string, path: YamlPath): void {
  const { people } = draft.text;
  if (own(people, login) === undefined)
    tellUnknown(draft, login, path, Object.keys(people), "person");
}

/** Where an item of a list stands, or the one word in its place. */
function at(path: YamlPath, words: string | readonly string[], index: number): YamlPath {
  return typeof words === "string" ? path : [...path, index];
}

function readTimeZone(draft: Draft, text: string, path: YamlPath): string {
  try {
    /* Offsets (`+01:00`) are taken too, and know no summer: nobody means them. */
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions();
    if (!/^[+-]/.test(timeZone)) return text;
  } catch {
    /* Told below. */
  }
  tell(
    draft,
    "PM5030",
    `\`${text}\` is no time zone`,
    path,
    "write it as `Europe/Vienna`, or `UTC`",
  );
  return "UTC";
}

function readHandOver(draft: Draft, text: CalendarText, path: YamlPath): HandOver {
  const isDaily = text.every === "day";
  const words = text["hand-over"] ?? (isDaily ? "09:00" : "monday 09:00");
  const [, day, time = ""] = /^(?:(\w+) )?(\S+)$/.exec(words) ?? [];
  const minute = minutesOf(time);
  const weekday = DAY_NAMES.indexOf(day ?? "");
  const isRead = minute !== null && minute < HOURS * MINUTES;
  if (isRead && (isDaily ? day === undefined : weekday >= 0))
    return { weekday: isDaily ? null : weekday, minute };
  const help = isDaily ? "write `09:00`" : "write `monday 09:00`";
  tell(draft, "PM5030", `\`${words}\` is no moment of hand-over`, path, help);
  return { weekday: isDaily ? null : 1, minute: 0 };
}

/** Minutes since midnight; `24:00` is the end of a day. Null: it is no time. */
function minutesOf(text: string): number | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const minutes = Number(hour) * MINUTES + Number(minute);
  return Number(minute) < MINUTES && minutes <= HOURS * MINUTES ? minutes : null;
}

function readDay(draft: Draft, text: string, path: YamlPath): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  /* `2026-02-30` is the second of March to some. */
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return ms / DAY_MS;
  tell(draft, "PM5030", `\`${text}\` is no day`, path, "write it as `2026-01-05`");
  return 0;
}

function readHours(draft: Draft, text: CalendarText["hours"][number], path: YamlPath): DutyHours {
  const read = (key: "from" | "to"): number => {
    const minute = minutesOf(text[key]);
    if (minute !== null) return minute;
    tell(draft, "PM5030", `\`${text[key]}\` is no time`, [...path, key], "write `09:00`");
    return 0;
  };
  return {
    weekdays: listOf(text.days).map((day) => DAY_NAMES.indexOf(day)),
    fromMinute: read("from"),
    toMinute: read("to"),
  };
}

export function buildEscalation(draft: Draft): readonly EscalationPolicy[] {
  return Object.entries(draft.text.escalation).map(([name, text]) => {
    const path = ["escalation", name] as const;
    return {
      name,
      when: typeof text.when === "string" ? [text.when] : text.when,
      steps: text.steps.map((step, index) => readStep(draft, step, [...path, "steps", index])),
      repeat: text.repeat,
      span: draft.yaml.spanOf(path, true),
    };
  });
}

function readStep(draft: Draft, text: PolicyText["steps"][number], path: YamlPath): EscalationStep {
  return {
    notify: listOf(text.notify).map((word, index) =>
      readTarget(draft, word, at([...path, "notify"], text.notify, index)),
    ),
    by: readChannels(draft, text, path),
    waitMs: readDuration(draft, text.wait, [...path, "wait"]),
  };
}

function readTarget(draft: Draft, word: string, path: YamlPath): EscalationTarget {
  const [, of, name = ""] = /^(on-call|team):(.+)$/.exec(word) ?? [];
  const { "on-call": calendars, teams } = draft.text;
  switch (of) {
    case "on-call":
      if (own(calendars, name) === undefined)
        tellUnknown(draft, name, path, Object.keys(calendars), "on-call calendar");
      return { kind: "onCall", calendar: name };
    case "team":
      if (own(teams, name) === undefined)
        tellUnknown(draft, name, path, Object.keys(teams), "team");
      return { kind: "team", team: name };
    default:
      checkPerson(draft, word, path);
      return { kind: "person", login: word };
  }
}

function readChannels(
  draft: Draft,
  { by }: PolicyText["steps"][number],
  path: YamlPath,
): readonly EscalationChannel[] {
  const { notify } = draft.text;
  const known = ESCALATION_CHANNELS.filter((channel) => notify[channel] !== undefined);
  const wanted = by === undefined ? known : typeof by === "string" ? [by] : by;
  const missing = wanted.find((channel) => !known.includes(channel));
  if (missing === undefined && wanted.length > 0) return wanted;
  const message =
    missing === undefined
      ? "no channel under `notify` tells one person"
      : `there is no \`${missing}\` under \`notify\``;
  const help = `add ${ESCALATION_CHANNELS.map((one) => `\`${one}\``).join(" or ")} to \`notify\``;
  tell(draft, "PM5031", message, missing === undefined ? path : [...path, "by"], help);
  return wanted;
}
