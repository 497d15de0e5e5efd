import type { Device } from "../src/engine/device/device.ts";
import type { RuleMemory } from "../src/engine/parsers/nft/index.ts";
import { readDevice } from "../src/engine/parsers/readDevice.ts";

/** The device that a text describes; a dump is taken as far as it is understood. */
export function read(text: string, memory?: RuleMemory): Device {
  const { device } = readDevice({
    files: new Map([["rules", text]]),
    roots: ["rules"],
    keepRefused: true,
    ...(memory && { memory }),
  });
  return device;
}
