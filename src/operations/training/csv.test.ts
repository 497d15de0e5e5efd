import { expect, test } from "vitest";
import { recordCsv } from "./csv.ts";
import type { RecordEntry } from "./model.ts";

const entry = (note: string, logins: readonly string[] = ["ana"]): RecordEntry => ({
  how: "said",
  number: 7,
  lesson: "outage",
  logins,
  atMs: 0,
  by: "bob",
  note,
  corrects: null,
  why: "",
  correctedBy: null,
});
const notes = (note: string) => recordCsv([entry(note)], []).split(/\r\n/)[1];
const START = "1970-01-01T00:00:00.000Z,outage,,ana,attendance 7,bob";

test("the record has a row for each person, and ends its lines as RFC 4180 says", () => {
  expect(recordCsv([entry("", ["ana", "eva"])], [])).toBe(
    "when,lesson,title,who,how,said by,note,corrects,corrected by,why\r\n" +
      `${START},,,,\r\n${START.replace(",ana,", ",eva,")},,,,\r\n`,
  );
});

test.each([
  ["plain", "plain"],
  ["a, b", '"a, b"'],
  ['say "yes"', '"say ""yes"""'],
  ["two\nlines", '"two\nlines"'],
])("a cell `%s` is written `%s`", (note, cell) => {
  expect(notes(note)).toBe(`${START},${cell},,,`);
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])("no spreadsheet runs `%s`", (note) => {
  expect(notes(note)).toBe(`${START},'${note},,,`);
});

test("what was corrected says by what, and what was taken back has a row without a person", () => {
  const wrong = { ...entry(""), correctedBy: 8 };
  const right = { ...entry("", []), number: 8, corrects: 7, why: "not held" };
  expect(recordCsv([right, wrong], []).split("\r\n").slice(1, 3)).toEqual([
    "1970-01-01T00:00:00.000Z,outage,,,attendance 8,bob,,attendance 7,,not held",
    `${START},,,attendance 8,`,
  ]);
});
