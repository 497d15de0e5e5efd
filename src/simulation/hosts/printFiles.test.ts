import { expect, test } from "vitest";
import { printFile } from "../../operations/monitor/hostFacts.ts";
import { printFiles } from "./printFiles.ts";

const MARK = "0f8fad5b-d9cb-469f-a165-70867728950e";
const FILES = new Map([
  ["/etc/a.cf", "a\n"],
  ["/etc/conf.d/one.conf", "1\n"],
  ["/etc/conf.d/two.conf", "2\n"],
  ["/etc/conf.d/more/three.conf", "3\n"],
]);

test.each([
  ["a file by its path", "'/etc/a.cf'", ["/etc/a.cf"]],
  ["not one that is not there", "'/etc/b.cf' '/etc/a.cf'", ["/etc/a.cf"]],
  [
    "what a pattern names, but nothing below it",
    "'/etc/conf.d/'*'.conf'",
    ["/etc/conf.d/one.conf", "/etc/conf.d/two.conf"],
  ],
  ["nothing for a star that is quoted", "'/etc/conf.d/*.conf'", []],
] as const)("prints %s", (_, words, expected) => {
  const printed = printFiles(`for file in ${words}; ${printFile(MARK)}`, FILES);
  const paths = [...(printed ?? "").matchAll(/^[0-9a-f-]{36} (.*)$/gm)].map(([, path]) => path);
  expect(paths).toEqual(expected);
});

test("answers no other script", () => {
  expect(printFiles("for file in a; do rm $file; done", FILES)).toBeNull();
  expect(printFiles("id -un", FILES)).toBeNull();
});
