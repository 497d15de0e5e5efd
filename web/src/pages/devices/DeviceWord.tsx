import type { Device } from "../../api/types.ts";
import { type Tone, Word } from "../../components/Word.tsx";

/** How a device stands to what was approved, in a word. */
export function DeviceWord({ device: { watch } }: { readonly device: Device }) {
  const { tone, text } = wordOf(watch);
  return <Word tone={tone}>{text}</Word>;
}

function wordOf(watch: Device["watch"]): { readonly tone: Tone; readonly text: string } {
  switch (watch.kind) {
    case "noBaseline":
      return { tone: "unknown", text: "no baseline" };
    case "blind":
      return { tone: "unknown", text: "not seen" };
    case "watching":
      return driftWord(watch.drift);
  }
}

type Drift = Extract<Device["watch"], { kind: "watching" }>["drift"];

function driftWord({ isDrift, meaning, broken, isWhole, change }: Drift): {
  readonly tone: Tone;
  readonly text: string;
} {
  if (broken.length > 0) return { tone: "bad", text: `breaks ${broken.length}` };
  if (change !== null) return { tone: "quiet", text: `change ${change} under way` };
  if (isDrift && meaning === "harmless") return { tone: "warn", text: "drift, harmless" };
  if (isDrift) return { tone: "warn", text: `drift, ${meaning}` };
  if (!isWhole) return { tone: "unknown", text: "read in part" };
  return { tone: "good", text: "as approved" };
}
