import fc from "fast-check";
import { expect, test } from "vitest";
import { randomPicker, seededRandom } from "../../src/engine/bdd/index.ts";
import { beginAnalysis, compilePath, headersUnder } from "../../src/engine/compile/index.ts";
import { PATHS } from "../../src/engine/compile/testing/compareReaders.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { lintDevice } from "../../src/engine/lint/index.ts";
import { applyFix } from "../../src/engine/lint/testing/applyFix.ts";
import { toNotation } from "../../src/engine/packet/header/toNotation.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { RANDOM_RUNS, RANDOM_SEED, randomRuleset } from "./randomRuleset.ts";

/* Rules that lint calls dead or redundant: without them no packet fares otherwise, by both readers. */

const LONG_MS = 600_000;
const PICKS = 6;
const CHANGES_NOTHING = /^PM600[1234]$/;

function read(text: string) {
  return readDevice({ files: new Map([["rules", text]]), roots: ["rules"] });
}

/** Packets of all paths, as likely to lie in one place as in another. */
function packetsFor(device: Device): readonly string[] {
  return PATHS.flatMap((path) => {
    const analysis = beginAnalysis([device]);
    const compiled = compilePath(analysis, device, path);
    const domain = headersUnder(analysis, path, [compiled]);
    const pick = randomPicker(analysis.arena, domain, seededRandom(1));
    return Array.from({ length: PICKS }, pick).flatMap((header) =>
      header === null ? [] : [toNotation(analysis.layout, header, path)],
    );
  });
}

function verdicts(device: Device, text: string): readonly string[] {
  const spec = parsePacket(text);
  if (isNotationError(spec)) return [spec.message];
  const { outcomes } = interpret(device, spec, { host: null });
  return [...new Set(outcomes.map(({ verdict, answer }) => `${verdict} ${answer}`))].sort();
}

/**
 * Without the last rule that translates, what replies look like on their way is known, and with it unknown: that
 * counts as a difference.
 */
function isTranslation(text: string, line: number): boolean {
  return /\b(dnat|snat|masquerade|redirect)\b/.test(text.split("\n")[line - 1] ?? "");
}

test(
  "rulesets at random: what lint calls dead or redundant changes nothing when it goes",
  () => {
    let removed = 0;
    fc.assert(
      fc.property(randomRuleset, (text) => {
        const { device, refused } = read(text);
        fc.pre(refused.length === 0);
        const files = new Map([["rules", text]]);
        const input = { device, files, today: null, asksForOwners: false, boot: null };
        const useless = lintDevice(input).filter(({ code }) => CHANGES_NOTHING.test(code));
        if (useless.length === 0) return;
        const packets = packetsFor(device);
        for (const { code, message, span, fix } of useless) {
          if (fix === null) continue;
          removed++;
          const without = read(applyFix(text, fix)).device;
          const told = `${code} line ${span?.line}: ${message}\n${text}`;
          const { equal, classes, reasons } = compareDevices(device, without);
          if (!isTranslation(text, span?.line ?? 0))
            expect(equal, `${told}\n${classes[0]?.example}\n${reasons.join("\n")}`).toBe(true);
          for (const packet of packets)
            expect(verdicts(without, packet), `${told}\n${packet}`).toEqual(
              verdicts(device, packet),
            );
        }
      }),
      { numRuns: 15 * RANDOM_RUNS, seed: RANDOM_SEED },
    );
    expect(removed).toBeGreaterThan(10);
  },
  LONG_MS,
);
