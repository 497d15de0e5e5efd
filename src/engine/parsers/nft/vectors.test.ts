import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Device } from "../../device/device.ts";
import { meaning } from "../testing/meaning.ts";
import { parseNft } from "./index.ts";

interface Vector {
  readonly name: string;
  readonly rulesets: readonly { readonly dialect: string; readonly text: string }[];
  readonly load?: readonly { readonly ok: boolean; readonly error?: string }[];
  readonly listing?: string;
}

const VECTORS = readFileSync("test/semantics/nftables.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line): Vector => JSON.parse(line));

/** What nft 1.0.6 refuses and newer ones take: understood, with a warning. */
const NEWER = new Set([
  "destroy table is unknown to nft 1.0.6",
  "}} closing without newline is refused by nft 1.0.6",
]);

/** Runs the texts one after another, as `nft -f` does. */
function load(texts: readonly string[]) {
  let device: Device | null = null;
  const refused: boolean[] = [];
  let notUnderstood = 0;
  const messages: string[] = [];
  for (const [index, text] of texts.entries()) {
    const name = `${index}.nft`;
    const result = parseNft({
      files: new Map([[name, text]]),
      roots: [name],
      onto: device,
      keepRefused: false,
    });
    device = result.device;
    refused.push(result.refused.length > 0);
    notUnderstood += result.coverage.notUnderstood;
    messages.push(...result.diagnostics.map(({ message }) => message));
  }
  return { device, refused, notUnderstood, messages };
}

test.each(VECTORS.map((vector) => [vector.name, vector] as const))("%s", (name, vector) => {
  const texts = vector.rulesets.map(({ text }) => text);
  const { device, refused, notUnderstood, messages } = load(texts);
  const expected = texts.map((_, i) => vector.load?.[i]?.ok === false && !NEWER.has(name));
  expect(refused, messages.join("\n")).toEqual(expected);
  if (!expected.includes(true)) expect(notUnderstood, messages.join("\n")).toBe(0);
  if (vector.listing !== undefined && !NEWER.has(name))
    expect(meaning(load([vector.listing]).device)).toEqual(meaning(device));
});
