import type { Device } from "./device.ts";

/** A namespace without any rule. */
export const EMPTY_DEVICE: Device = { tables: [], ipsets: new Map() };
