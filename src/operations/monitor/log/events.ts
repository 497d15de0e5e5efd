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
  /** A database of users. */
  | {
      readonly kind: "database";
      readonly program: "postfix" | "dovecot";
      /** As Postfix names it: `pgsql:/etc/postfix/users.cf`; null: the line does not say. */
      readonly table: string | null;
      /** Of what kind it may be; empty: the line does not say. */
      readonly drivers: readonly Driver[];
      /** Servers as the program wrote them; empty: the line does not say. */
      readonly hosts: readonly string[];
    }
  | { readonly kind: "names"; readonly name: string | null }
  | { readonly kind: "peer"; readonly peer: Peer }
  /** Who checks logins could not answer; null: the line does not say where that is. */
  | { readonly kind: "login"; readonly at: string | null }
  /** Dovecot, handed mail over a socket, could not take it. */
  | { readonly kind: "delivery" }
  /** A milter or a policy service, without which mail is not taken; null: the line does not say which. */
  | { readonly kind: "filter"; readonly filter: Filter; readonly at: string | null }
  /** Something else, which is no fault of the network. */
  | { readonly kind: "other" };

export type Driver = "pgsql" | "mysql" | "ldap" | "memcache" | "mongodb";

export type Filter = "milter" | "policy" | "filter";
