import type { Printed } from "../model.ts";

export function done(out = ""): Printed {
  return { code: 0, out, error: "" };
}

export function failed(code: number, error: string): Printed {
  return { code, out: "", error: error.endsWith("\n") || error === "" ? error : `${error}\n` };
}
