import { expect, test } from "vitest";
import type { Message, MessageChannel } from "../../platform/notify/channel.ts";
import { select } from "./compose.ts";
import type { News } from "./model.ts";
import { MAXIMUM_REFUSALS, openOutbox } from "./outbox.ts";
import { alertDatabase, openTold } from "./testing/openTold.ts";
import { raisedOf } from "./testing/raised.ts";

const never = new AbortController().signal;
const refusal = { kind: "failed", reason: "400", isFinal: true, afterMs: null } as const;

test("a message that will never be taken is given up, and the next gets through", async () => {
  const database = await alertDatabase();
  const alerts = openTold(database, null);
  const sent: Message[] = [];
  const lost: string[] = [];
  const channel: MessageChannel = {
    kind: "message",
    name: "picky",
    send: async (message) => {
      sent.push(message);
      return message.body.includes('"key":"bad"') ? refusal : { kind: "sent" };
    },
  };
  const outbox = openOutbox({
    database,
    clock: () => 1_000,
    onGivenUp: async (name, { message }, reason) => void lost.push(name, message.id, reason),
  });
  await alerts.raise(raisedOf("a", "bad"));
  for (let turn = 0; turn < MAXIMUM_REFUSALS; turn++) {
    expect(lost).toEqual([]);
    expect(await outbox.turn(channel, never)).toEqual(refusal);
  }
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  expect(lost).toEqual(["picky", sent[0]?.id, "400"]);
  await alerts.raise(raisedOf("b", "good"));
  expect(await outbox.turn(channel, never)).toEqual({ kind: "sent" });
  expect(await outbox.turn(channel, never)).toEqual({ kind: "empty" });
});

test("a channel that is new is told what is there, and not what was", async () => {
  const database = await alertDatabase();
  const alerts = openTold(database, null);
  await alerts.raise(raisedOf("a", "over"));
  await alerts.end("a");
  await alerts.raise(raisedOf("b", "there"));
  const bodies: string[] = [];
  const channel: MessageChannel = {
    kind: "message",
    name: "new",
    send: async ({ body }) => {
      bodies.push(body);
      return { kind: "sent" };
    },
  };
  const clock = () => Date.now() + 3_600_000;
  const outbox = openOutbox({ database, clock, onGivenUp: async () => undefined });
  while ((await outbox.turn(channel, never)).kind === "sent");
  expect(bodies.map((body) => /"key":"(\w+)"/.exec(body)?.[1])).toEqual(["there"]);
});

/** News in the order in which they came: `g opened`. */
function newsOf(...list: readonly string[]) {
  return list.map((text, index) => {
    const [groupId = "", kind = ""] = text.split(" ");
    return { number: index + 11, kind: kind as News["kind"], groupId };
  });
}

const CASES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["g opened", "g changed"], ["g opened"]],
  [["g changed", "g changed"], ["g changed"]],
  [["g opened", "g resolved"], ["g resolved"]],
  [
    ["g opened", "h opened", "g moved"],
    ["g moved", "h opened"],
  ],
];
test.each(CASES)("of a group, %j is told as %j", (news, told) => {
  const { groups, to } = select(newsOf(...news), 10);
  expect(groups.map(({ groupId, kind }) => `${groupId} ${kind}`)).toEqual(told);
  expect(to).toBe(10 + news.length);
});

test("more groups than a message may hold are left for the next", () => {
  const all = newsOf(...Array.from({ length: 150 }, (_, index) => `g${index} opened`));
  const first = select(all, 10);
  expect([first.groups.length, first.to]).toEqual([100, 110]);
  const rest = select(
    all.filter(({ number }) => number > first.to),
    first.to,
  );
  expect([rest.groups.length, rest.to]).toEqual([50, 160]);
});
