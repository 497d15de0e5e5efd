import { expect, test } from "vitest";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { describeWith } from "../../test/requirements.ts";
import { readCorpus } from "../corpus.ts";
import { readRuleset } from "../ruleset.ts";

/** All 370 take 18 s, and all are equal: one in so many is compared here. */
const ONE_IN = 5;

describeWith(["corpus"], "a ruleset against itself, read anew, with every rule run", () => {
  const some = readCorpus().filter((_, place) => place % ONE_IN === 0);
  test.each([...some])("$name is equal, and proved", ({ name, text }) => {
    const read = () => readRuleset(name, text).parsed.device;
    const { equal, reasons } = compareDevices(read(), read(), { keepsBystanders: true });
    expect({ equal, reasons }).toEqual({ equal: true, reasons: [] });
  });
});
