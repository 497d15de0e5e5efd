import { describe, expect, test } from "vitest";
import { arrivalEvents, countMails, type LoadEvent, type MailCount } from "./mailCount.ts";
import { mailFacts } from "./mailFacts.ts";

/** `out a 100`: mail `a` was sent out at 100 ms; `taken`, `refused`, `there`, `bounced` in the same way. */
function events(story: string): readonly LoadEvent[] {
  return story.split(", ").map((part): LoadEvent => {
    const [event, id = "", time] = part.split(" ");
    const at = Number(time);
    if (event === "out" || event === "in") return { event: "sent", at, id, direction: event };
    if (event === "taken") return { event: "accepted", at, id };
    if (event === "refused") return { event: "refused", at, id, error: "421" };
    if (event === "there") return { event: "arrived", at, id };
    if (event === "bounced") return { event: "bounced", at, id, cause: "550 nobody" };
    return { event: "login", at, ms: 5, error: id === "ok" ? null : "timeout" };
  });
}

const NONE: MailCount = {
  sent: 0,
  accepted: 0,
  refused: 0,
  retried: 0,
  arrived: 0,
  late: 0,
  latestMs: null,
  twice: 0,
  bounced: [],
  missing: [],
};
const TAKEN = { ...NONE, sent: 1, accepted: 1 };
const ARRIVED = { ...TAKEN, arrived: 1, latestMs: 90 };

describe("of a mail", () => {
  const CASES: readonly (readonly [string, string, MailCount])[] = [
    ["that arrives in time", "out a 10, taken a 20, there a 100", ARRIVED],
    [
      "that arrives late",
      "out a 10, taken a 20, there a 3000",
      { ...ARRIVED, late: 1, latestMs: 2990 },
    ],
    ["that was taken, and is nowhere", "out a 10, taken a 20", { ...TAKEN, missing: ["a"] }],
    ["that nobody takes", "out a 10, refused a 20, refused a 30", { ...NONE, sent: 1, refused: 1 }],
    [
      "that is taken at last",
      "out a 10, refused a 20, taken a 30, there a 100",
      { ...ARRIVED, retried: 1 },
    ],
    [
      "whose sender is never told",
      "out a 10, refused a 20, there a 100",
      { ...ARRIVED, retried: 1 },
    ],
    [
      "that comes twice",
      "out a 10, taken a 20, there a 110, there a 100",
      { ...ARRIVED, twice: 1 },
    ],
    [
      "that bounces",
      "out a 10, taken a 20, bounced a 30",
      { ...TAKEN, bounced: [{ id: "a", cause: "550 nobody" }] },
    ],
    ["of somebody else", "there b 10, bounced c 20", NONE],
    ["of the other direction", "in a 10, taken a 20, there a 100", NONE],
  ];
  test.each(CASES)("%s", (_, story, count) => {
    expect(countMails(events(story), 1_000).out).toEqual(count);
  });
});

test("each direction is counted apart, and logins besides", () => {
  const count = countMails(
    events("out a 1, in b 2, taken b 3, there b 92, login ok 4, login no 5"),
    1_000,
  );
  expect(count.out).toEqual({ ...NONE, sent: 1, refused: 1 });
  expect(count.in).toEqual(ARRIVED);
  expect(count.logins).toEqual({ tried: 2, failed: 1 });
});

/* As Postfix 3.7 writes it, shortened. */
const REPORT = `From: MAILER-DAEMON@mail1.local.example (Mail Delivery System)
Content-Type: multipart/report; report-type=delivery-status;
	boundary="x"
Message-Id: <1@mail1.local.example>

--x
Content-Type: message/delivery-status

Final-Recipient: rfc822; user7@local.example
Action: failed
Diagnostic-Code: smtp; 550 5.1.1 <user7@local.example>
    User doesn't exist
--x
Content-Type: message/rfc822

X-Lab-Id: a
Subject: a
--x--
`;

const arrivals = (raw: string) => arrivalEvents(mailFacts(raw), 5);

describe("what comes", () => {
  test("is a mail of the load by its header", () => {
    expect(arrivals("X-Lab-Id: a\r\nSubject: s\r\n\r\nX-Lab-Id: b\r\n")).toEqual([
      { event: "arrived", at: 5, id: "a" },
    ]);
  });
  test("is the report of a mail that is not delivered, with the cause", () => {
    const cause = "smtp; 550 5.1.1 <user7@local.example> User doesn't exist";
    expect(arrivals(REPORT)).toEqual([{ event: "bounced", at: 5, id: "a", cause }]);
  });
  test("is no such report where the mail is only late", () => {
    expect(arrivals(REPORT.replace("failed", "delayed"))).toEqual([]);
  });
  test("is none of either", () => {
    expect(arrivals("Subject: s\n\nX-Lab-Id: b\n")).toEqual([]);
  });
  test("has its message id, folded or not", () => {
    expect(mailFacts("Message-ID:\r\n <1@x>\r\n\r\n").messageId).toBe("<1@x>");
  });
});
