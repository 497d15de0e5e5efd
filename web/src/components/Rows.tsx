import type { ReactNode } from "react";
import classes from "./Rows.module.css";

/** A list of things with a state each. A table it is not: it has no columns that have names. */
export function Rows({
  label,
  children,
}: {
  readonly label?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <ul className={classes["rows"]} aria-label={label}>
      {children}
    </ul>
  );
}

/** One thing; its state stands beside it, and below it where a phone has no room. */
export function Row({
  aside,
  children,
}: {
  readonly aside: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <li className={classes["row"]}>
      <div className={classes["thing"]}>{children}</div>
      <div className={classes["aside"]}>{aside}</div>
    </li>
  );
}
