import { expect, test } from "vitest";
import { leadApply } from "./lead.ts";
import type { ApplyOptions } from "./options.ts";
import type { StoredApply } from "./store.ts";

test("whoever leads an apply gives it up for no fault of ours, and waits longer behind some", async () => {
  const FAULTS = 8;
  const closing = new AbortController();
  const waited: number[] = [];
  const faults: unknown[] = [];
  const options = {
    devicePart: "",
    deviceFolder: () => "",
    devices: {
      network: () => {
        throw new Error("the database is away");
      },
    },
    onFault: (fault: unknown) => faults.push(fault),
    time: {
      now: () => 0,
      wait: async (ms: number) => {
        waited.push(ms);
        if (waited.length === FAULTS) closing.abort();
      },
    },
  } as unknown as ApplyOptions;
  const apply = { id: 1, order: { device: "fw", plan: { id: 1 } } } as unknown as StoredApply;
  const reins = { asked: new AbortController().signal, closing: closing.signal };
  expect(await leadApply(options, apply, reins, new Map())).toBeNull();
  expect(faults.length).toBe(FAULTS);
  expect(waited).toEqual([1_000, 1_000, 1_000, 1_000, 15_000, 15_000, 15_000, 15_000]);
});
