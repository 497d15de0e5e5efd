const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A log of a host, in the form of syslog; who follows it hears each line. */
export class HostLog {
  private readonly host: string;
  private readonly nowMs: () => number;
  private readonly followers = new Set<(line: string) => void>();

  constructor(host: string, nowMs: () => number) {
    this.host = host;
    this.nowMs = nowMs;
  }

  /** `postfix/smtpd[7]`, or `dovecot`, and what it says. */
  write(program: string, text: string): void {
    const line = `${stampOf(this.nowMs())} ${this.host} ${program}: ${text}`;
    for (const follower of this.followers) follower(line);
  }

  /** What it returns ends it. */
  follow(follower: (line: string) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }
}

/** `Nov 25 04:00:00`, as syslog has it, in UTC. */
function stampOf(ms: number): string {
  const at = new Date(ms);
  const day = String(at.getUTCDate()).padStart(2, " ");
  return `${MONTHS[at.getUTCMonth()] ?? ""} ${day} ${at.toISOString().slice(11, 19)}`;
}
