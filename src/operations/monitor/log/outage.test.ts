import { expect, test } from "vitest";
import type { Sighting } from "../model.ts";
import type { LogEvent, Trouble } from "./events.ts";
import { OutageTest } from "./outage.ts";
import { sightingOf } from "./sighting.ts";
import type { LogHost } from "./tie.ts";

const HOST: LogHost = {
  device: "mail1",
  addresses: ["10.10.2.11"],
  needs: [],
  unknown: [],
  resolved: new Map([["relay.example", ["10.0.0.25"]]]),
  sourceOf: () => null,
};

const peer = (number: number) => ({
  host: `mx${number}.example`,
  address: `198.51.100.${number}`,
  port: 25,
});
const deferred = (trouble: Trouble): LogEvent => ({
  kind: "deferred",
  queueId: "A",
  reason: "Connection timed out",
  trouble,
});
const timedOut = (number: number) => deferred({ kind: "peer", peer: peer(number) });
const notFound = (number: number) => deferred({ kind: "names", name: `r${number}.example` });
const sent = (number: number): LogEvent => ({
  kind: "sent",
  queueId: "A",
  peer: peer(number),
  sinceConnectMs: null,
});

/** A host that has delivered mail for a while. */
function peaceful(): OutageTest {
  const outage = new OutageTest("m");
  for (let i = 0; i < 200; i++) outage.take(sent(200), HOST, 0);
  return outage;
}

function play(outage: OutageTest, events: readonly LogEvent[]): readonly Sighting[] {
  return events.flatMap((event) => outage.take(event, HOST, 10).seen);
}

const of = (count: number, event: (number: number) => LogEvent) =>
  Array.from({ length: count }, (_, index) => event(index));

test("many different servers that fail in a row are an outage, one dead one is not", () => {
  expect(
    play(
      peaceful(),
      of(100, () => timedOut(1)),
    ),
  ).toEqual([]);
  const seen = play(peaceful(), of(8, timedOut));
  expect(seen.at(-1)).toMatchObject({
    key: "m/peers",
    text: "mail1: 8 servers in a row cannot be reached, the last of them mx7.example",
    flows: [{ from: "10.10.2.11", to: "198.51.100.7", service: "tcp/25" }],
  });
  expect(seen.at(-1)).not.toHaveProperty("weight");
});

test("one that answers ends it", () => {
  const outage = peaceful();
  play(outage, of(8, timedOut));
  expect(outage.take(sent(1), HOST, 20).over).toEqual(["m/peers"]);
  expect(play(outage, of(8, timedOut))).toEqual([]);
});

test("many different names that nobody finds are an outage, and not where one was found", () => {
  expect(play(peaceful(), of(8, notFound)).at(-1)).toMatchObject({ key: "m/names" });
  expect(play(peaceful(), [...of(6, notFound), timedOut(1), ...of(6, notFound)])).toEqual([]);
});

test("a server of the world is evidence, the relay of the configuration is a sign", () => {
  const relay: LogHost = {
    ...HOST,
    needs: [
      {
        program: "postfix",
        kind: "relay",
        name: "",
        host: "relay.example",
        port: 25,
        protocols: ["tcp"],
        file: "main.cf",
        line: 1,
      },
    ],
  };
  const weightOf = (address: string) =>
    sightingOf(
      deferred({ kind: "peer", peer: { host: "unknown", address, port: 25 } }),
      relay,
      "m",
      0,
    )?.weight;
  expect([weightOf("198.51.100.1"), weightOf("10.0.0.25")]).toEqual(["evidence", undefined]);
});
