import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { networkJsonSchema } from "./jsonSchema.ts";

test("the printed schema is that of the code (npm run docs:schema)", () => {
  expect(readFileSync("docs/reference/premortem.schema.json", "utf8")).toBe(networkJsonSchema());
});
