import type { ComponentState, PublicComponent, PublicIncident, StatusState } from "./model.ts";
import { incidentName, indicatorOf, STATE_WORDS, STATUS_WORDS, statusNow } from "./words.ts";

/** Its colour never says it alone: the sign and the words do. */
const SIGNS: Readonly<Record<ComponentState, string>> = {
  operational: "✓",
  degraded_performance: "◐",
  partial_outage: "▲",
  major_outage: "✗",
  unknown: "?",
};

/* Contrast of 4.5:1 at least on both grounds (WCAG 2.2, 1.4.3). */
export const STATUS_STYLE = `
:root { color-scheme: light dark; --good: #0a6b2d; --bad: #b00020; --middle: #8a4b00; --dim: #595959; }
@media (prefers-color-scheme: dark) { :root { --good: #5fd38a; --bad: #ff8a94; --middle: #ffb55c; --dim: #b0b0b0; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-bottom: .25rem; }
ul { list-style: none; padding: 0; } .components li { border-top: 1px solid; padding: .6rem 0; }
.name { font-weight: 600; } .dim { color: var(--dim); } p { margin: .25rem 0; overflow-wrap: anywhere; }
.operational { color: var(--good); } .major_outage, .partial_outage { color: var(--bad); }
.degraded_performance, .unknown { color: var(--middle); }
`;

const RECENT = 10;

/** The page for people: no scripts, nothing from elsewhere, readable on a phone. */
export function statusHtml(title: string, state: StatusState): string {
  const going = state.incidents.filter((one) => statusNow(one) !== "resolved");
  const over = state.incidents.filter((one) => statusNow(one) === "resolved").slice(0, RECENT);
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p class="name">${escaped(wholeOf(state))}</p>`,
    `<p class="dim">Looked at ${time(state.updatedMs)}</p>`,
    ...(going.length === 0 ? [] : [`<h2>Now</h2>`, ...going.map(incidentHtml)]),
    `<h2>What works</h2>`,
    `<ul class="components">${state.components.map(componentHtml).join("")}</ul>`,
    ...(over.length === 0 ? [] : [`<h2>Before</h2>`, ...over.map(incidentHtml)]),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="60"><title>${escaped(title)}</title><style>${STATUS_STYLE}</style></head>
<body><main>
${body.join("\n")}
</main></body></html>
`;
}

function wholeOf(state: StatusState): string {
  const { indicator } = indicatorOf(state);
  if (indicator === "none") return "All works.";
  if (indicator === "critical") return "Nothing works at the moment.";
  return indicator === "major" ? "Something is disturbed." : "Not all is as it should be.";
}

function componentHtml({ name, about, state, sinceMs }: PublicComponent): string {
  const words = `<span class="${state}"><span aria-hidden="true">${SIGNS[state]}</span> ${STATE_WORDS[state]}</span>`;
  const more = about === "" ? "" : `<p class="dim">${escaped(about)}</p>`;
  return `<li><p><span class="name">${escaped(name)}</span>: ${words}</p>${more}<p class="dim">since ${time(sinceMs)}</p></li>`;
}

function incidentHtml(incident: PublicIncident): string {
  const updates = [...incident.updates]
    .reverse()
    .map(({ status, atMs }) => `<li>${time(atMs)}: ${escaped(STATUS_WORDS[status])}</li>`);
  return `<section><h3>${escaped(incidentName(incident))}</h3><p class="dim">began ${time(incident.beganMs)}</p><ul>${updates.join("")}</ul></section>`;
}

function time(atMs: number): string {
  const stamp = new Date(atMs).toISOString();
  return `<time datetime="${stamp}">${stamp.slice(0, 10)} ${stamp.slice(11, 16)} UTC</time>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => ENTITIES[sign] ?? sign);
}
