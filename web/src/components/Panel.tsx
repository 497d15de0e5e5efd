import { Group, Skeleton, Stack, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";
import { Fault } from "./Fault.tsx";
import classes from "./Panel.module.css";

/** A titled part of a page. One that breaks says so, and leaves the others as they are. */
export function Panel({
  title,
  aside,
  children,
  tone,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly tone?: "bad" | "warn";
}) {
  return (
    <section className={classes["panel"]} aria-label={title} data-tone={tone}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2} size="h4">
          {title}
        </Title>
        {aside}
      </Group>
      <Guard>{children}</Guard>
    </section>
  );
}

/** What a query came to: its answer, a fault in its place, or room for what comes. */
export function Answered<Data>({
  query,
  lines = 3,
  children,
}: {
  readonly query: UseQueryResult<Data>;
  /** Lines of room while it is asked, so that nothing jumps. */
  readonly lines?: number;
  readonly children: (data: Data) => ReactNode;
}) {
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (error !== null) return <Fault fault={error} retry={() => void refetch()} />;
  return (
    <Stack gap="xs" role="status" aria-busy="true" aria-label="loading">
      {Array.from({ length: lines }, (_, line) => `line ${line}`).map((line) => (
        <Skeleton key={line} height={18} radius="sm" />
      ))}
    </Stack>
  );
}

/** Keeps a defect where it is. React knows no other way than a class. */
export class Guard extends Component<
  { readonly children: ReactNode },
  { readonly fault: unknown }
> {
  override state: { readonly fault: unknown } = { fault: null };
  static getDerivedStateFromError(fault: unknown) {
    return { fault };
  }
  override render() {
    if (this.state.fault === null) return this.props.children;
    return <Fault fault={this.state.fault} retry={() => this.setState({ fault: null })} />;
  }
}
