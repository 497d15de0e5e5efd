/** What a line of a mail server's log says, as far as it is of use here. */
export type LogEvent =
  /** A mail is in the queue. */
  | { readonly kind: "accepted"; readonly queueId: string; readonly client: string | null }
  | {
      readonly kind: "sent";
      readonly queueId: string;
      readonly peer: Peer | null;
      /** Milliseconds since its connection was begun; null: it went over one that was open before. */
      readonly sinceConnectMs: number | null;
    }
  /** Not now; the server will try again. */
  | {
      readonly kind: "deferred";
      readonly queueId: string | null;
      readonly reason: string;
      readonly trouble: Trouble;
    }
  /** Lost for the sender: it goes back. */
  | { readonly kind: "bounced"; readonly queueId: string; readonly reason: string }
  /** Somebody was told to come again later. */
  | { readonly kind: "trouble"; readonly reason: string; readonly trouble: Trouble };

export interface Peer {
  readonly host: string;
  /** Null: as the log has it, it is not known. */
  readonly address: string | null;
  readonly port: number;
}

/** What stands in the way, as far as the line says. */
export type Trouble =
  /** A database of users; the table as Postfix names it, the host as the program wrote it. */
  | {
      readonly kind: "database";
      readonly program: "postfix" | "dovecot";
      readonly table: string | null;
      readonly host: string | null;
    }
  | { readonly kind: "names"; readonly name: string | null }
  | { readonly kind: "peer"; readonly peer: Peer }
  /** Dovecot, asked over a socket, could not answer. */
  | { readonly kind: "login" }
  | { readonly kind: "delivery" }
  /** Something else, which is no fault of the network. */
  | { readonly kind: "other" };
