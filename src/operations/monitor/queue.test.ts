import { expect, test } from "vitest";
import { growthOf, type QueueLook, readQueue, withLook } from "./queue.ts";

const mail = (arrivalS: number, reason: string) =>
  `{"queue_name": "deferred", "queue_id": "8FAC2D2939", "arrival_time": ${arrivalS}, "message_size": 575, "forced_expire": false, "sender": "a@local.example", "recipients": [{"address": "bob@remote.example", "delay_reason": "${reason}"}]}`;
const NAMES =
  "Host or domain name not found. Name service error for name=remote.example type=MX: Host not found, try again";
const REFUSED = "connect to mx.example[198.51.100.9]:25: Connection refused";

const look = (atMs: number, deferred: number): QueueLook => ({
  atMs,
  total: deferred,
  deferred,
  reasons: [],
});
const growth = (...counts: readonly number[]) => {
  let looks: readonly QueueLook[] = [];
  for (const [index, count] of counts.entries())
    looks = withLook(looks, look(index * 60_000, count));
  return growthOf(looks)?.more ?? null;
};

test("why mails wait is read of the youngest, the most frequent first, and no address is kept", () => {
  const text = [
    mail(10_000, REFUSED),
    mail(10_001, NAMES),
    mail(10_002, NAMES),
    mail(5, "old"),
    "9 4",
  ];
  const found = readQueue(text.join("\n"), 7);
  expect(found).toMatchObject({ atMs: 7, total: 9, deferred: 4 });
  expect(found?.reasons.map(({ count, trouble }) => [count, trouble.kind])).toEqual([
    [2, "names"],
    [1, "peer"],
  ]);
  expect(JSON.stringify(found)).not.toContain("bob@");
});

test("what is cut off or no answer is no empty queue", () => {
  expect(readQueue("", 0)).toBeNull();
  expect(readQueue("failed\n", 0)).toBeNull();
  expect(readQueue("0 0\n", 0)).toMatchObject({ deferred: 0, reasons: [] });
});

test("lines that are no mails are passed over", () => {
  expect(readQueue(`{"queue_name\n${mail(1, NAMES)}\n2 2`, 0)?.reasons).toHaveLength(1);
});

test("a queue grows where more wait than at its emptiest, by more than it breathes", () => {
  expect(growth(0, 9)).toBeNull();
  expect(growth(0, 10)).toBe(10);
  expect(growth(100, 149)).toBeNull();
  expect(growth(100, 150)).toBe(50);
  expect(growth(100, 20, 40)).toBe(20);
});

test("one that is long and stays so has not grown", () => {
  expect(growth(500)).toBeNull();
  expect(growth(0, 50, 50, 50, 50, 50)).toBe(50);
  expect(growth(0, 50, 50, 50, 50, 50, 50)).toBeNull();
});
