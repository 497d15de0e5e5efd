/** What is known of an incident when it is over; texts are as people and programs wrote them. */
export interface IncidentStory {
  readonly number: number;
  /** What failed, and for whom. */
  readonly title: string;
  readonly beganMs: number;
  /** When premortem or somebody noticed. */
  readonly noticedMs: number;
  /** When a real login and a real mail were back; null: they are not yet. */
  readonly recoveredMs: number | null;
  /** Sentences on what did not work, and for whom. */
  readonly impact: readonly string[];
  /** What matters of the timeline. */
  readonly moments: readonly Moment[];
  readonly cause: StoryCause | null;
  /** Sentences on what is said in the place of a cause. */
  readonly noCause: readonly string[];
  readonly resolution: readonly string[];
  /** What was looked at and found not to be the cause. */
  readonly ruledOut: readonly string[];
  readonly tasks: readonly StoryTask[];
  readonly records: StoryRecords;
}

/** All that is known, for whoever wants to look it up. */
export interface StoryRecords {
  readonly symptoms: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  /** Sentences on each symptom: whether it follows from the cause. */
  readonly explains: readonly string[];
}

/** A turn of an incident, with a word for what it is. */
export interface Moment extends TimelineEntry {
  readonly mark: string;
}

export interface TimelineEntry {
  readonly atMs: number;
  readonly text: string;
}

export interface StoryCause {
  readonly rule: string;
  readonly device: string;
  /** `file:line`, or the chain where it ran. */
  readonly place: string;
  /** Who, with how sure that is; null: unknown. */
  readonly by: string | null;
  /** Number of the approved change; null: none approved it. */
  readonly change: number | null;
  /** Sentences that say how the symptoms follow from it. */
  readonly explains: readonly string[];
}

export interface StoryTask {
  readonly text: string;
  /** What closes it by itself: an intent, a probe, a drill. */
  readonly check: string;
}

/** A postmortem in the form that the field is used to: a title, and two texts in Markdown. Times are UTC. */
export interface PostmortemDraft {
  /** Plain text. */
  readonly title: string;
  readonly body: string;
  /** What is read by few, and folded. */
  readonly records: string;
}

export function draftPostmortem(story: IncidentStory): PostmortemDraft {
  const { cause } = story;
  const parts = [
    `**Issue Summary:**\n${summary(story).join("\n")}`,
    `**Timeline:**\n${momentLines(story).join("\n")}`,
    "**Root Cause and Resolution:**",
    cause === null ? noCause(story) : rootCause(cause),
    `Resolution:\n${list(story.resolution).join("\n") || "Not resolved yet."}`,
    ...(story.ruledOut.length === 0
      ? []
      : [`Looked at and ruled out:\n${list(story.ruledOut).join("\n")}`]),
    `**Corrective and Preventative Measures:**\n${numbered(story.tasks.map(({ text }) => text)).join("\n") || "None yet."}`,
    `**Tasks to Address the Issue:**\n${tasks(story).join("\n") || "None yet."}`,
  ];
  return { title: titleText(story), body: `${parts.join("\n\n")}\n`, records: records(story) };
}

/** The whole as one text; what is folded unfolds where Markdown is drawn with HTML, as on GitHub. */
export function postmortemMarkdown({ title, body, records: folded }: PostmortemDraft): string {
  const records = `<details>\n<summary>${RECORDS}</summary>\n\n${folded}\n</details>\n`;
  return `# ${plain(title)}\n\n${body}\n${records}`;
}

const RECORDS = "All that was recorded";

/** `0x19-postmortem: mail-out broken for mail-servers, 2023-08-10 14:00 UTC, 3 h 30 min`. */
function titleText({ number, title, beganMs, recoveredMs }: IncidentStory): string {
  const length = recoveredMs === null ? "still going on" : durationText(recoveredMs - beganMs);
  const since = `${recoveredMs === null ? "since " : ""}${stamp(beganMs).slice(0, -":00".length)} UTC`;
  return `${numberText(number)}-postmortem: ${title}, ${since}, ${length}`;
}

function numberText(number: number): string {
  return `0x${number.toString(16).toUpperCase().padStart(2, "0")}`;
}

function summary({ beganMs, noticedMs, recoveredMs, impact }: IncidentStory): readonly string[] {
  const end = recoveredMs === null ? "still going on" : stamp(recoveredMs);
  const length = recoveredMs === null ? "" : ` (${durationText(recoveredMs - beganMs)})`;
  return [
    `Duration: ${stamp(beganMs)} - ${end} (UTC)${length}`,
    `Noticed: ${durationText(noticedMs - beganMs)} after it began`,
    "Impact:",
    ...list(impact),
  ];
}

function momentLines({ moments, beganMs }: IncidentStory): readonly string[] {
  const timeIn = timeTeller(moments, beganMs);
  return moments.map(
    ({ atMs, mark, text }) => `- ${timeIn(atMs)} **${plain(mark)}**: ${plain(text)}`,
  );
}

/** In the order of time; with its day where it is not all one. */
function records({ records: all, beganMs }: IncidentStory): string {
  const entries = all.timeline.toSorted((a, b) => a.atMs - b.atMs);
  const timeIn = timeTeller(entries, beganMs);
  return [
    `Symptoms:\n${list(all.symptoms).join("\n")}`,
    `Timeline:\n${entries.map(({ atMs, text }) => `- ${timeIn(atMs)}: ${plain(text)}`).join("\n")}`,
    ...(all.explains.length === 0
      ? []
      : [`What follows from the cause:\n${list(all.explains).join("\n")}`]),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function timeTeller(entries: readonly TimelineEntry[], beganMs: number): (atMs: number) => string {
  const isOneDay = entries.every(({ atMs }) => dayOf(atMs) === dayOf(beganMs));
  return isOneDay ? timeOf : stamp;
}

function rootCause({ rule, device, place, by, change, explains }: StoryCause): string {
  const who = by === null ? "Who put it in is not known." : `It was put in by ${plain(by)}.`;
  const review =
    change === null ? "No change approved it." : `It came with the approved change ${change}.`;
  return [
    "Root Cause:",
    `This rule on ${plain(device)} (${plain(place)}):`,
    "",
    code(rule),
    "",
    `${who} ${review}`,
    ...(explains.length === 0 ? [] : ["", ...list(explains)]),
  ].join("\n");
}

function noCause(story: IncidentStory): string {
  return ["Root Cause:", ...story.noCause.map(plain)].join("\n");
}

function tasks({ tasks: all }: IncidentStory): readonly string[] {
  return numbered(all.map(({ text, check }) => `${text} (closed by: ${check})`));
}

function list(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `- ${plain(line)}`);
}

function numbered(lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `${i + 1}. ${plain(line)}`);
}

/** Text that Markdown and HTML leave as it is: a ticket may hold anything. */
function plain(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .replace(/[\\`*_[\]<>&|#]/g, (character) => ENTITIES[character] ?? `\\${character}`);
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };

/** A block of code that its own text cannot end (CommonMark, 4.4). */
function code(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => `    ${line.replace(/(?!\t)\p{Cc}/gu, "�")}`)
    .join("\n");
}

function stamp(atMs: number): string {
  return `${dayOf(atMs)} ${timeOf(atMs)}`;
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

const SECOND_MS = 1_000;
const MINUTE_S = 60;
const HOUR_S = 3_600;

function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND_MS));
  const hours = Math.floor(seconds / HOUR_S);
  const minutes = Math.floor((seconds % HOUR_S) / MINUTE_S);
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % MINUTE_S} s` : `${seconds} s`;
}
