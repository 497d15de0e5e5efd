import type { IncidentCause, Symptom, ToldDifference } from "./model.ts";

type Explained = Extract<IncidentCause, { kind: "explained" }>;

/**
 * Why a difference that is proved to break what hurts may all the same not be the cause, each in a sentence;
 * none: the cause is proved.
 */
export function doubtsOf(
  { difference, explains, contradicted }: Explained,
  symptoms: readonly Symptom[],
): readonly string[] {
  const explained = symptoms.filter(({ id }) => explains.includes(id));
  return [
    ...unseenTexts(difference, explained),
    ...contradicted.map((flow) => `it breaks ${flow}, which worked after it`),
  ];
}

/** A broken intent is proved, whenever it was seen; what was felt may have begun before the difference came. */
function unseenTexts(
  { device, sinceMs, isPolled, atMs }: ToldDifference,
  explained: readonly Symptom[],
): readonly string[] {
  if (sinceMs === null) return [];
  if (!isPolled)
    return [
      `nobody saw when it came: ${device} was not read from ${momentText(sinceMs)} to ${momentText(atMs)}`,
    ];
  const isEarly = explained.some((one) => one.intent === null && one.sinceMs < atMs);
  return isEarly
    ? [`it ${cameText({ sinceMs, atMs })}, and what hurts may have begun before it`]
    : [];
}

/** When a difference came, as far as anybody knows. */
export function cameText({ sinceMs, atMs }: Pick<ToldDifference, "sinceMs" | "atMs">): string {
  if (sinceMs === null) return `came at ${momentText(atMs)}`;
  if (sinceMs === 0) return `came before ${momentText(atMs)}`;
  return `came between ${momentText(sinceMs)} and ${momentText(atMs)}`;
}

/** What was not asked, as a sentence; null: all of it was. */
export function notExaminedText({ notExamined }: Pick<Explained, "notExamined">): string | null {
  if (notExamined === 0) return null;
  return notExamined === 1
    ? "one more difference was not examined"
    : `${notExamined} more differences were not examined`;
}

/** Which devices nobody looked at, each in a sentence. */
export function notSeenTexts(devices: readonly string[]): readonly string[] {
  return devices.map((device) => `${device} is not seen: a rule there may be the cause`);
}

/** A moment in UTC; 0 is the beginning of all records. */
function momentText(atMs: number): string {
  if (atMs === 0) return "the beginning";
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
