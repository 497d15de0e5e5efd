import { expect, test } from "vitest";
import { readDevice } from "../parsers/readDevice.ts";
import { lintDevice } from "./index.ts";

function found(rule: string, ...interfaces: readonly string[]): readonly string[] {
  const text = `table inet t {\n chain c {\n type filter hook input priority 0; policy drop;\n${rule}\n }\n chain a { accept; }\n}\n`;
  const files = new Map([["rules", text]]);
  const { device, refused } = readDevice({ files, roots: ["rules"] });
  expect(refused).toEqual([]);
  const input = { device, files, today: null, asksForOwners: false, boot: null };
  return lintDevice({ ...input, interfaces: interfaces.length === 0 ? null : new Set(interfaces) })
    .filter(({ code }) => code === "PM6021")
    .map(({ severity, message }) => `${severity}: ${message.split(":")[0]}`);
}

test.each([
  ['iifname "wan" accept', ["warning: there is no interface `wan`"]],
  ['iifname "eth0" accept', []],
  ['iifname "eth*" accept', []],
  ['iifname "ppp*" accept', ["warning: there is no interface `ppp*`"]],
  ['iifname != "wan" drop', ["warning: there is no interface `wan`"]],
  ['iif "lo" accept', []],
  ['iifname { "eth0", "wan" } accept', ["note: there is no interface `wan`"]],
  ['iifname { "a", "b" } accept', ["warning: there are no interfaces `a`, `b`"]],
  ['iifname vmap { "wan" : jump a }', ["warning: there is no interface `wan`"]],
  ['iifname . tcp dport { "wan" . 25 } accept', ["warning: there is no interface `wan`"]],
  ["tcp dport 25 accept", []],
])("%s", (rule, messages) => {
  expect(found(rule, "lo", "eth0")).toEqual(messages);
});

test("nothing is said where nobody has named the interfaces", () => {
  expect(found('iifname "wan" accept')).toEqual([]);
});
