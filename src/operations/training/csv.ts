import type { TrainingLesson } from "../inventory/training.ts";
import type { RecordEntry } from "./model.ts";

const COLUMNS = [
  "when",
  "lesson",
  "title",
  "who",
  "how",
  "said by",
  "note",
  "corrects",
  "corrected by",
  "why",
] as const;
const LINE_END = "\r\n";

/** The record as a table: a row for each person and lesson, newest first (RFC 4180). */
export function recordCsv(
  entries: readonly RecordEntry[],
  training: readonly TrainingLesson[],
): string {
  const titles = new Map(training.map(({ id, title }) => [id, title]));
  const rows = entries.flatMap(({ atMs, lesson, logins, how, number, by, note, ...rest }) =>
    /* What was taken back has nobody in it, and a row all the same. */
    (logins.length === 0 ? [""] : logins).map((login) => [
      new Date(atMs).toISOString(),
      lesson,
      titles.get(lesson) ?? "",
      login,
      how === "drill" ? `drill run ${number}` : `attendance ${number}`,
      by,
      note,
      rest.corrects === null ? "" : `attendance ${rest.corrects}`,
      rest.correctedBy === null ? "" : `attendance ${rest.correctedBy}`,
      rest.why,
    ]),
  );
  return [COLUMNS, ...rows].map((cells) => `${cells.map(cell).join(",")}${LINE_END}`).join("");
}

/** Spreadsheets take a cell that begins so for a formula, and run it (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
