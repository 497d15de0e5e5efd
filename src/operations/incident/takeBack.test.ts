import { describe, expect, test } from "vitest";
import type { Ran, Transport, TransportFault } from "../../platform/transport/transport.ts";
import { readListing } from "../apply/listing.ts";
import type { OwnWork } from "../audit/who.ts";
import { type PlannedUndo, sendUndo } from "./takeBack.ts";

const WANTED =
  "table inet edge {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t}\n}\n";
const OTHER =
  "table inet edge {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tdrop\n\t}\n}\n";
const PLANNED: PlannedUndo = {
  kind: "planned",
  undo: {
    kind: "undo",
    script: "delete rule inet edge forward handle 4\n",
    inverse: "# added\nadd rule inet edge forward drop\n",
    extent: "rules",
    removed: ["drop"],
    restored: [],
    losses: [],
    wanted: readListing(WANTED) ?? [],
  },
  listing: OTHER,
  repairs: [],
  stillBroken: [],
  undecided: [],
};

const fault = (kind: TransportFault["fault"]): TransportFault => ({
  kind: "fault",
  fault: kind,
  message: `it is ${kind}`,
  help: "look at the way to it",
});
const ran = (code: number | null, out = ""): Ran => ({ kind: "ran", code, out, error: "" });

/** What becomes of an undo on a device that answers so, and what was told of whose work it is. */
function sent(...answers: readonly (Ran | TransportFault)[]) {
  return sentWith([], answers);
}

/** The same with what becomes of new connections; those that are not named are let in. */
async function sentWith(
  knocks: readonly (TransportFault | null)[],
  answers: readonly (Ran | TransportFault)[],
) {
  const doors = [...knocks];
  const told: (OwnWork | null)[] = [];
  const left = [...answers];
  const transport: Pick<Transport, "run" | "knock"> = {
    knock: async () => doors.shift() ?? null,
    run: async () => {
      const answer = left.shift();
      if (answer === undefined) throw new Error("nothing more was expected");
      return answer;
    },
  };
  const work: OwnWork = { kind: "revert", login: "ana" };
  const attribute = (_: string, whose: OwnWork) => {
    told.push(whose);
    return () => void told.push(null);
  };
  const part = { text: "", folder: "" };
  const pause = () => Promise.resolve();
  const sender = { device: "edge", part, work, attribute, pause };
  const result = await sendUndo(transport, PLANNED, sender).catch((error: unknown) =>
    String(error),
  );
  expect(told).toEqual([work, null]);
  expect(left).toEqual([]);
  return typeof result === "string" ? result : result.reason;
}

describe("an undo", () => {
  test("that was seen to load, and is kept, is done once it is read back", async () => {
    expect(await sent(ran(0), ran(0), ran(0, WANTED))).toBe("done");
  });
  test("whose end was not seen is kept, read back, and is what runs then", async () => {
    expect(await sent(fault("lost"), ran(0), ran(0, WANTED))).toBe("done");
    expect(await sent(ran(null), ran(13), ran(0, WANTED))).toBe("done");
    expect(await sent(fault("timedOut"), ran(0), ran(0, OTHER))).toMatch(
      /not what was proved: .*timedOut/,
    );
  });
  test("is told to be kept until the device has heard, or has decided by itself", async () => {
    expect(await sent(ran(0), fault("lost"), ran(1), ran(0), ran(0, WANTED))).toBe("done");
    const deaf = new Array<Ran>(16).fill(ran(1));
    expect(await sent(ran(0), ...deaf, ran(0, OTHER))).toMatch(/not what was proved: .*keep it/);
  });
  test("that the device has taken back before it was told to keep it is not done", async () => {
    expect(await sent(ran(0), ran(13), ran(0, OTHER))).toMatch(/not what was proved: .*keep it/);
  });
  test("that can neither be seen nor read back is not known", async () => {
    const gone = new Array<TransportFault>(17).fill(fault("unreachable"));
    expect(await sent(fault("lost"), ...gone)).toMatch(
      /^it is not known what runs: .* taken back 15 s after it was loaded/,
    );
    expect(await sent(ran(0), ran(0), ran(1))).toMatch(
      /^it is not known what runs: nft has loaded it/,
    );
  });
  test("that lets nobody in any more is taken back", async () => {
    const shut = [null, fault("unreachable")];
    expect(await sentWith(shut, [ran(0), ran(0), ran(0, OTHER)])).toMatch(
      /^no new connection is let in .* so it was taken back$/,
    );
    expect(await sentWith(shut, [ran(0), ran(1), ran(0, WANTED)])).toMatch(
      /what runs now is not what ran before/,
    );
    expect(await sentWith(shut, [ran(0), fault("lost"), fault("lost")])).toMatch(
      /it is not known what runs: .* taken back 15 s after/,
    );
  });
  test("stays where nobody was let in before it either", async () => {
    const door = fault("unreachable");
    expect(await sentWith([door, door], [ran(0), ran(0), ran(0, WANTED)])).toBe("done");
  });
  test("that was never sent, or that nft does not take, has failed", async () => {
    expect(await sent(fault("unreachable"))).toBe("it is unreachable");
    expect(await sent(ran(12))).toBe("");
  });
  test("is nobody's work any more where its transport breaks", async () => {
    expect(await sent()).toMatch(/nothing more was expected/);
  });
});
