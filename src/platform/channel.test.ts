import { expect, test } from "vitest";
import { openChannel } from "./channel.ts";

test("a listener that throws is told of, and the others hear all the same", () => {
  const faults: unknown[] = [];
  const heard: number[] = [];
  const channel = openChannel<number>((fault) => faults.push(fault));
  const fault = new Error("no");
  channel.subscribe(() => {
    throw fault;
  });
  channel.subscribe((event) => heard.push(event));
  channel.publish(1);
  expect([heard, faults]).toEqual([[1], [fault]]);
});

test("who has ended a subscription hears no more, and the same function may listen twice", () => {
  const heard: number[] = [];
  const listen = (event: number) => heard.push(event);
  const channel = openChannel<number>(() => undefined);
  const end = channel.subscribe(listen);
  channel.subscribe(listen);
  channel.publish(1);
  end();
  channel.publish(2);
  expect(heard).toEqual([1, 1, 2]);
});
