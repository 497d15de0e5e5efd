import type { Trace } from "../../api/types.ts";
import type { Tone } from "../../components/Word.tsx";

type Verdict = Trace["verdict"];

export const VERDICT_TONES: Readonly<Record<Verdict, Tone>> = {
  accept: "good",
  drop: "bad",
  reject: "bad",
  queue: "warn",
  undecided: "unknown",
};
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  accept: "accepted",
  drop: "dropped",
  reject: "rejected",
  queue: "handed to a program",
  undecided: "undecided",
};
