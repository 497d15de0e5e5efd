import { useEffect, useRef, useState } from "react";
import type { Answer, Files, Question } from "./messages.ts";

/** What the edited files would do, compared beside the page while somebody types. */
export interface LiveDiff {
  readonly answer: Answer | null;
  /** True: the answer is of an older text. */
  readonly isOld: boolean;
  /** The engine itself has failed, in words. */
  readonly fault: string | null;
}

export function useLiveDiff(before: Files, after: Files): LiveDiff {
  const worker = useRef<Worker | null>(null);
  const asked = useRef(0);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isOld, setOld] = useState(false);
  useEffect(() => {
    const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.current = made;
    made.onmessage = ({ data }: MessageEvent<Answer>) => {
      setAnswer(data);
      setFault(null);
      setOld(data.number !== asked.current);
    };
    made.onerror = ({ message }) => setFault(message);
    send(made, { kind: "base", files: before });
    return () => made.terminate();
  }, [before]);
  useEffect(() => {
    asked.current += 1;
    setOld(true);
    /* At once: while the worker compares, it answers what has come meanwhile by the last of it. */
    if (worker.current !== null)
      send(worker.current, { kind: "edit", number: asked.current, files: after });
  }, [after]);
  return { answer, isOld, fault };
}

function send(worker: Worker, question: Question): void {
  worker.postMessage(question);
}
