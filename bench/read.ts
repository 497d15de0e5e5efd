import type { Device } from "../src/engine/device/device.ts";
import { readDevice } from "../src/engine/parsers/readDevice.ts";

/** The device that a text describes; a dump is taken as far as it is understood. */
export function read(text: string): Device {
  const { device } = readDevice({
    files: new Map([["rules", text]]),
    roots: ["rules"],
    keepRefused: true,
  });
  return device;
}
