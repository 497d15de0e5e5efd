/** What is known of an incident when it is over; texts are as people and programs wrote them. */
export interface IncidentStory {
  readonly number: number;
  readonly title: string;
  readonly beganMs: number;
  /** When premortem or somebody noticed. */
  readonly noticedMs: number;
  /** When the cause was undone; null: it was not a rule, or is still there. */
  readonly undoneMs: number | null;
  /** When a real login and a real mail were back; null: they are not yet. */
  readonly recoveredMs: number | null;
  /** Sentences on what did not work, and for whom. */
  readonly impact: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  readonly cause: StoryCause | null;
  /** Sentences on what is said in the place of a cause. */
  readonly noCause: readonly string[];
  readonly resolution: readonly string[];
  /** What was looked at and found not to be the cause. */
  readonly ruledOut: readonly string[];
  readonly tasks: readonly StoryTask[];
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

/** Drafts the postmortem as Markdown, in the form that the field is used to. Times are UTC. */
export function draftPostmortem(story: IncidentStory): string {
  const { cause } = story;
  const parts = [
    `# ${numberText(story.number)}-postmortem: ${plain(story.title)}`,
    `**Issue Summary:**\n${summary(story).join("\n")}`,
    `**Timeline:**\n${timeline(story).join("\n")}`,
    "**Root Cause and Resolution:**",
    cause === null ? noCause(story) : rootCause(cause),
    `Resolution:\n${list(story.resolution).join("\n") || "Not resolved yet."}`,
    ...(story.ruledOut.length === 0
      ? []
      : [`Looked at and ruled out:\n${list(story.ruledOut).join("\n")}`]),
    `**Corrective and Preventative Measures:**\n${numbered(story.tasks.map(({ text }) => text)).join("\n") || "None yet."}`,
    `**Tasks to Address the Issue:**\n${tasks(story).join("\n") || "None yet."}`,
  ];
  return `${parts.join("\n\n")}\n`;
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

function timeline({ timeline: entries, beganMs }: IncidentStory): readonly string[] {
  const isOneDay = entries.every(({ atMs }) => dayOf(atMs) === dayOf(beganMs));
  return [...entries]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `- ${isOneDay ? timeOf(atMs) : stamp(atMs)}: ${plain(text)}`);
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
