import type { Files } from "../../engine/messages.ts";

/** What was typed and not sent yet. */
export interface Kept {
  /** Hash of the change's content that it was typed into; null: of no change yet. */
  readonly seenHash: string | null;
  readonly files: ReadonlyMap<string, string>;
}

/** Keeps what was typed in this browser: a log-out or a lost server takes nothing away. */
export interface Draft {
  /** Null: nothing is kept, or it cannot be read any more. */
  read(): Kept | null;
  /** A moment later, since a long file takes milliseconds to write. */
  write(files: Files, seenHash: string | null): void;
  /** Now, if something waits to be written. */
  flush(): void;
  forget(): void;
}

/** Milliseconds without a key until what was typed is written. */
const PAUSE_MS = 300;

/** `login`: what one person typed is not shown to the next at the same browser. */
export function draftOf(login: string, subject: string): Draft {
  const key = `premortem-draft ${login} ${subject}`;
  let waiting: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    waiting?.();
    waiting = null;
  };
  return {
    read: () => keptOf(localStorage.getItem(key)),
    write(files, seenHash) {
      waiting = () => store(key, JSON.stringify({ seenHash, files }));
      clearTimeout(timer);
      timer = setTimeout(flush, PAUSE_MS);
    },
    flush,
    forget() {
      clearTimeout(timer);
      waiting = null;
      localStorage.removeItem(key);
    },
  };
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* Full, or switched off: the text stays on the page. */
  }
}

function keptOf(text: string | null): Kept | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    if (typeof value !== "object" || value === null || !("files" in value)) return null;
    if (!Array.isArray(value.files)) return null;
    const seenHash =
      "seenHash" in value && typeof value.seenHash === "string" ? value.seenHash : null;
    return { seenHash, files: new Map(value.files.filter(isPair)) };
  } catch {
    return null;
  }
}

function isPair(value: unknown): value is [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "string")
  );
}
