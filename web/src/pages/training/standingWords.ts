import type { TrainingStanding } from "../../api/types.ts";
import type { Tone } from "../../components/Word.tsx";

export const STANDINGS: Readonly<Record<TrainingStanding["state"], readonly [Tone, string]>> = {
  current: ["good", "done in time"],
  due: ["warn", "due soon"],
  overdue: ["bad", "overdue"],
  never: ["bad", "never done"],
};
