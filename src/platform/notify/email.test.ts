import { once } from "node:events";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import { type EmailServer, sendEmail } from "./email.ts";

const EMAIL = {
  id: "one",
  atMs: 0,
  to: "ana@example.net",
  subject: "no mail\r\nX: y",
  text: "look",
};

/** A server on loopback that keeps what it is handed, and refuses mail for `nobody@…`. */
async function openServer() {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: ({ address }, _, done) =>
      done(
        address.startsWith("nobody@")
          ? Object.assign(new Error("no such mailbox"), { responseCode: 550 })
          : null,
      ),
    onData: (stream, _, done) => {
      void text(stream).then((mail) => {
        mails.push(mail);
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const place: EmailServer = {
    host: "127.0.0.1",
    port,
    encryption: "none",
    login: null,
    trustFile: null,
    sender: "premortem@example.org",
  };
  return { mails, place };
}

test("a mail is handed in with an id that stays, and a subject of one line", async () => {
  const { mails, place } = await openServer();
  expect(await sendEmail(place, EMAIL)).toEqual({ kind: "sent" });
  await sendEmail(place, EMAIL);
  expect(mails.map((mail) => /^Message-ID: (.*)\r$/im.exec(mail)?.[1])).toEqual([
    "<one@premortem>",
    "<one@premortem>",
  ]);
  expect(mails[0]).not.toMatch(/^X: y/m);
});

test("a mailbox that is not there is final, and a server without encryption is not, where it is asked for", async () => {
  const { mails, place } = await openServer();
  const nobody = { ...EMAIL, to: "nobody@example.net" };
  expect(await sendEmail(place, nobody)).toMatchObject({ kind: "failed", isFinal: true });
  const starttls = { ...place, encryption: "starttls" } as const;
  expect(await sendEmail(starttls, EMAIL)).toMatchObject({ kind: "failed", isFinal: false });
  expect(mails).toEqual([]);
});
