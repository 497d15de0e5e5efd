import { expect } from "vitest";
import type { Device } from "../../device/device.ts";
import { readDevice } from "../../parsers/readDevice.ts";

/** The device of some files, all of which have to be read. */
export function parse(...texts: readonly string[]): Device {
  const files = new Map(texts.map((text, i) => [i === 0 ? "rules" : `rules${i}`, text]));
  const { device, refused, diagnostics } = readDevice({ files, roots: [...files.keys()] });
  expect(refused, diagnostics.map(({ message }) => message).join("\n")).toEqual([]);
  return device;
}

/** Rules of one chain in the forward hook. */
export const forward = (rules: string, more = "") =>
  parse(`table inet t {
 ${more}
 chain f {
  type filter hook forward priority 0; policy accept;
${rules}
 }
}
`);
