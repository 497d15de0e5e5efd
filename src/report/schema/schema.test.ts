import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { corpusPairs } from "../../../bench/corpusTexts.ts";
import { premortem } from "../../../test/cli/premortem.ts";
import { readCorpus } from "../../../test/corpus.ts";
import { describeWith } from "../../../test/requirements.ts";
import { answerDiff } from "../../engine/answer/diff.ts";
import { answerLint } from "../../engine/answer/lint.ts";
import { answerTrace } from "../../engine/answer/trace.ts";
import type { Device } from "../../engine/device/device.ts";
import { compareDevices } from "../../engine/diff/index.ts";
import { interpret } from "../../engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import { type DeviceResult, readDevice } from "../../engine/parsers/readDevice.ts";
import { ANSWERS, answerSchemas } from "./index.ts";

test.each([...answerSchemas()])("%s is that of the code (npm run docs:schema)", (name, text) => {
  expect(readFileSync(`docs/reference/${name}`, "utf8")).toBe(text);
});

const CALLS: readonly (readonly [command: keyof typeof ANSWERS, args: readonly string[]])[] = [
  ["diff", ["examples/mail/edge.nft", "examples/mail/edge-behind.nft"]],
  ["diff", ["examples/mail/edge.nft", "examples/mail/edge.nft"]],
  ["check", ["examples/mail/edge.nft"]],
  ["check", ["examples/mail/edge-internet.nft"]],
  ["lint", ["examples/mail/edge.nft"]],
  ["matrix", ["examples/mail/edge.nft", "--service", "smtp"]],
  ["trace", ["examples/mail/edge.nft", "tcp 10.10.2.11:40000 > 198.51.100.7:25 in=mail out=wan"]],
];
test.each(CALLS)("what `%s` prints has its form: %j", (command, args) => {
  const { out } = premortem([command, ...args, "--json"]);
  expect(ANSWERS[command].safeParse(JSON.parse(out)).error).toBeUndefined();
});

function read(text: string): DeviceResult {
  return readDevice({ files: new Map([["file", text]]), roots: ["file"], keepRefused: true });
}

/** As it comes out of JSON: what is undefined is not there. */
function printed(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer));
}

/** Characters of a file whose comparison takes no more than a moment. */
const SMALL = 8_000;

describeWith(["corpus"], "answers about real rulesets have their form", () => {
  const pairs = corpusPairs(Number.POSITIVE_INFINITY).filter(
    ({ before, after }) => before.length + after.length < SMALL,
  );

  test("there are some", () => {
    expect(pairs.length).toBeGreaterThan(5);
  });

  test.each(pairs)("the diff of $name", (pair) => {
    const [before, after] = [read(pair.before), read(pair.after)];
    const difference = compareDevices(before.device, after.device);
    const answer = answerDiff(difference, { before: before.coverage, after: after.coverage });
    expect(ANSWERS.diff.safeParse(printed(answer)).error).toBeUndefined();
  });

  test("findings and traces", () => {
    for (const { file, text } of readCorpus().filter(({ text }) => text.length < SMALL)) {
      const result = read(text);
      expect(ANSWERS.lint.safeParse(printed(answerLint(result))).error, file).toBeUndefined();
      expect(ANSWERS.trace.safeParse(printed(traced(result.device))).error, file).toBeUndefined();
    }
  });
});

const PACKET = "tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0";

function traced(device: Device): unknown {
  const notation = { lengthIsExtra: false };
  const spec = parsePacket(PACKET, notation);
  if (isNotationError(spec)) throw new Error(spec.message);
  return answerTrace(PACKET, interpret(device, spec, { host: null }));
}
