import { z } from "zod";
import type { MailLab } from "../folder.ts";
import { startLines } from "./relay.ts";

const ticketSchema = z.object({
  id: z.string(),
  /** When what its user tried had failed, and when the ticket was sent. */
  failedMs: z.number(),
  sentMs: z.number(),
  /** Of premortem's answer; null: there was none. */
  status: z.number().nullable(),
});
/** A ticket of a user, as it was sent to premortem. */
export type Ticket = z.infer<typeof ticketSchema>;

/** A help desk, in a namespace of its own. */
export interface HelpDesk {
  /** All tickets so far, in the order in which they were answered. */
  tickets(): readonly Ticket[];
  close(): Promise<void>;
}

/** Takes calls of users for whom the load does not go through, and sends premortem a ticket of each. */
export function openHelpDesk(lab: MailLab, url: string): HelpDesk {
  const tickets: Ticket[] = [];
  const program = ["report/ticketsMain.ts", lab.plan.prefix, url] as const;
  const lines = startLines(lab, "tickets", program, (line) => {
    tickets.push(ticketSchema.parse(JSON.parse(line)));
  });
  return { tickets: () => tickets, close: () => lines.close() };
}
