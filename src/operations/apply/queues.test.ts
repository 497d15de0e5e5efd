import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openQueues } from "./queues.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const commands = () => [
  { device: "mail1", command: ["postqueue", "-f"] },
  { device: "mail2", command: ["postqueue", "-f"] },
];

function open() {
  const ran: string[] = [];
  const faults: unknown[] = [];
  const run = async (device: string) => {
    ran.push(device);
    return device === "mail2" ? "it is away" : null;
  };
  return { ran, faults, queues: openQueues({ commands, run, onFault: (f) => faults.push(f) }) };
}

test("each host is told of, also where one is away", async () => {
  const { queues } = open();
  expect(await queues.flush()).toEqual([
    { device: "mail1", problem: null },
    { device: "mail2", problem: "it is away" },
  ]);
});

test("what fails late in the outage is tried again, and for a minute at most", async () => {
  const { ran, queues } = open();
  await queues.flush();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ran.length).toBe(18);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ran.length).toBe(18);
});

test("asked anew it begins anew, and stopped it ends", async () => {
  const { ran, queues } = open();
  await queues.flush();
  await queues.flush();
  await queues.stop();
  await queues.flush();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ran.length).toBe(6);
});
