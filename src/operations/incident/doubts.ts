import type { IncidentCause } from "./model.ts";

type Explained = Extract<IncidentCause, { kind: "explained" }>;

/**
 * Why a difference that is proved to break what hurts may all the same not be the cause, each in a sentence;
 * none: the cause is proved.
 */
export function doubtsOf({ difference, contradicted }: Explained): readonly string[] {
  const { device, sinceMs, atMs } = difference;
  const unseen =
    sinceMs === null
      ? []
      : [
          `nobody saw when it came: ${device} was not read from ${momentText(sinceMs)} to ${momentText(atMs)}`,
        ];
  return [...unseen, ...contradicted.map((flow) => `it breaks ${flow}, which worked after it`)];
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
