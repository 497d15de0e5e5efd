/** A mail of a mailbox: nobody reads more of it than its subject. */
export interface StoredMail {
  readonly uid: number;
  readonly subject: string;
}

/** Mails that a mailbox holds; the oldest go first. */
const MAXIMUM_MAILS = 100;

/** A mailbox that is told of. */
export class Inbox {
  private mails: readonly StoredMail[] = [];
  private readonly listeners = new Set<() => void>();
  private uids = 0;

  list(): readonly StoredMail[] {
    return this.mails;
  }

  add(subject: string): void {
    this.mails = [...this.mails, { uid: ++this.uids, subject }].slice(-MAXIMUM_MAILS);
    for (const listener of this.listeners) listener();
  }

  remove(uids: readonly number[]): void {
    this.mails = this.mails.filter(({ uid }) => !uids.includes(uid));
  }

  /** Hears when a mail has come; what it returns ends that. */
  onArrival(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
