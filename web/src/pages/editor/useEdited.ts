import { useEffect, useMemo, useState } from "react";
import { useSession } from "../../app/session.ts";
import type { Files } from "../../engine/messages.ts";
import { draftOf } from "./draft.ts";

/** A change whose files are edited, as the server has it now. */
export interface Saved {
  readonly id: number;
  readonly contentHash: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Files while they are edited. */
export interface Edited {
  /** As they lie on the device; a page that is drawn anew must not begin a comparison anew. */
  readonly base: Files;
  /** What the sheets begin with, and a number that is another one when they have to begin again. */
  readonly begun: { readonly files: Files; readonly number: number };
  readonly files: Files;
  /** Hash of the change's content that they were typed into; null: of no change yet. */
  readonly seenHash: string | null;
  /** True: they were typed on an earlier visit. */
  readonly isKept: boolean;
  readonly write: (path: string, text: string) => void;
  /** They are the content of that hash now, or shall replace it. */
  readonly see: (contentHash: string) => void;
  /** Forgets what was typed, and begins with what the change says, or the device. */
  readonly restart: () => void;
  readonly forget: () => void;
}

/** What is typed stands in the browser a moment later, and is there again on the next visit. */
export function useEdited(device: string, before: Files, saved: Saved | null): Edited {
  const { login } = useSession();
  const id = saved?.id;
  const draft = useMemo(
    () => draftOf(login, id === undefined ? `device ${device}` : `change ${id}`),
    [login, device, id],
  );
  const [base] = useState(before);
  const fresh = (): Files => base.map(([path, text]) => [path, saved?.files.get(path) ?? text]);
  const [kept] = useState(() => draft.read());
  const [begun, setBegun] = useState<Edited["begun"]>(() => ({
    files: fresh().map(([path, text]) => [path, kept?.files.get(path) ?? text] as const),
    number: 0,
  }));
  const [isKept, setKept] = useState(kept !== null);
  const [files, setFiles] = useState<Files>(begun.files);
  const [seenHash, setSeenHash] = useState(
    kept === null || saved === null ? (saved?.contentHash ?? null) : kept.seenHash,
  );
  useEffect(() => {
    window.addEventListener("pagehide", draft.flush);
    return () => {
      window.removeEventListener("pagehide", draft.flush);
      draft.flush();
    };
  }, [draft]);
  return {
    base,
    begun,
    files,
    seenHash,
    isKept,
    write(path, text) {
      const next: Files = files.map(([name, old]) => [name, name === path ? text : old]);
      setFiles(next);
      draft.write(next, seenHash);
    },
    see(contentHash) {
      setSeenHash(contentHash);
      draft.write(files, contentHash);
    },
    restart() {
      const next = fresh();
      draft.forget();
      setBegun({ files: next, number: begun.number + 1 });
      setFiles(next);
      setKept(false);
      setSeenHash(saved?.contentHash ?? null);
    },
    forget: draft.forget,
  };
}
