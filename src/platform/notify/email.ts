import { readFile } from "node:fs/promises";
import { createTransport } from "nodemailer";
import { readSecret } from "../secret.ts";
import type { Sent } from "./channel.ts";

/** The server that mail is handed in to. */
export interface EmailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls`: required; `tls`: from the first byte. */
  readonly encryption: "starttls" | "tls" | "none";
  /** Null: it takes mail without a login. */
  readonly login: { readonly user: string; readonly passwordFile: string } | null;
  /** What vouches for its certificate (PEM); null: what vouches for those of the internet. */
  readonly trustFile: string | null;
  readonly sender: string;
}

export interface Email {
  /** The same for every attempt: it becomes the Message-ID, by which mailboxes drop what they have. */
  readonly id: string;
  readonly atMs: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Milliseconds until a step of the talk has failed. */
const TIMEOUT_MS = 10_000;
/** Replies from here on are no matter of time (RFC 5321, section 4.2.1). */
const FIRST_FINAL = 500;
/** What nodemailer says where the mail was refused, and not the login or the encryption: those may be mended. */
const OF_THE_MAIL: ReadonlySet<unknown> = new Set(["EENVELOPE", "EMESSAGE"]);

/** Hands a mail in, and says in words what came of it. */
export async function sendEmail(server: EmailServer, email: Email): Promise<Sent> {
  try {
    const { login, encryption, trustFile } = server;
    const transport = createTransport({
      host: server.host,
      port: server.port,
      secure: encryption === "tls",
      requireTLS: encryption === "starttls",
      ignoreTLS: encryption === "none",
      ...(login === null
        ? {}
        : { auth: { user: login.user, pass: await readSecret(login.passwordFile) } }),
      ...(trustFile === null ? {} : { tls: { ca: await readFile(trustFile, "utf8") } }),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await transport.sendMail({
      from: server.sender,
      to: email.to,
      subject: email.subject,
      text: email.text,
      messageId: `<${email.id}@premortem>`,
      date: new Date(email.atMs),
      /* Nobody is on holiday to a machine (RFC 3834). */
      headers: { "Auto-Submitted": "auto-generated" },
    });
    return { kind: "sent" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "failed", reason, isFinal: isFinal(error), afterMs: null };
  }
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof Error) || !("responseCode" in error) || !("code" in error)) return false;
  const { responseCode, code } = error;
  return OF_THE_MAIL.has(code) && typeof responseCode === "number" && responseCode >= FIRST_FINAL;
}
