import type { ReactNode } from "react";
import classes from "./Code.module.css";

/** Rules, packets and names as they stand in configurations. Their direction is their own: a name in
 * another script must not turn the rest of the line around. */
export function Mono({ children }: { readonly children: ReactNode }) {
  return (
    <code className={classes["mono"]} dir="auto">
      {children}
    </code>
  );
}

/** Lines as they are, that scroll by themselves. */
export function Lines({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={classes["lines"]} tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  );
}
