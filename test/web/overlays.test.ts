import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NOT_OPENED, OVERLAYS } from "./overlays.ts";

/** What opens over a page or unfolds in it. */
const OPENS =
  /<(?:Modal|Drawer|Menu|Spotlight|Popover|HoverCard|Select|MultiSelect|Autocomplete|Combobox|Burger|details)\b|notifications\.show/;

const ROOT = "web/src";

test("whatever opens over a page is opened where axe looks (test/web/overlays.ts)", () => {
  const named = new Set([...OVERLAYS.map(({ file }) => file), ...Object.keys(NOT_OPENED)]);
  const opening = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".tsx"))
    .filter((file) => OPENS.test(readFileSync(`${ROOT}/${file}`, "utf8")));
  expect(opening.length).toBeGreaterThan(0);
  expect(opening.filter((file) => !named.has(file))).toEqual([]);
});
