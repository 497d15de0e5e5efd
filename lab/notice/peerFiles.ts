import type { LabPlan } from "../mail/plan.ts";

/** `typical`: what most sites have. `aggressive`: as quick as it gets, at the price of flapping. */
export type PeerSetting = "typical" | "aggressive";

export const PEER_PORTS = { prometheus: 9_090, alertmanager: 9_093, blackbox: 9_115 } as const;
export const EXPORTER_PORT = 9_154;

const TIMES = {
  typical: { every: "15s", timeout: "10s", lasting: "1m", groupWait: "30s" },
  aggressive: { every: "5s", timeout: "5s", lasting: "0s", groupWait: "0s" },
} as const satisfies Readonly<Record<PeerSetting, unknown>>;

export function blackboxFile(): string {
  return `modules:
  tcp: { prober: tcp, timeout: 5s, tcp: { preferred_ip_protocol: ip4 } }
  smtp_starttls:
    prober: tcp
    timeout: 5s
    tcp:
      query_response:
        - expect: "^220 ([^ ]+) ESMTP (.+)$"
        - send: "EHLO prober\\r"
        - expect: "^250-STARTTLS"
        - send: "STARTTLS\\r"
        - expect: "^220"
        - starttls: true
        - send: "EHLO prober\\r"
        - expect: "^250[- ]"
        - send: "QUIT\\r"
      tls_config: { insecure_skip_verify: true }
  imap_banner: { prober: tcp, timeout: 5s, tcp: { query_response: [ { expect: "OK" } ] } }
`;
}

export function alertmanagerFile(setting: PeerSetting, url: string): string {
  const { groupWait } = TIMES[setting];
  return `route: { receiver: w, group_by: [alertname], group_wait: ${groupWait}, group_interval: 5m, repeat_interval: 4h }
receivers: [ { name: w, webhook_configs: [ { url: "${url}", send_resolved: true } ] } ]
`;
}

export function prometheusFile({ addresses }: LabPlan, setting: PeerSetting): string {
  const { every, timeout } = TIMES[setting];
  const { balancer, mailOne, mailTwo, database } = addresses;
  const probes: readonly (readonly [module: string, targets: readonly string[]])[] = [
    [
      "tcp",
      [
        ...[25, 587, 143].map((port) => `${balancer}:${port}`),
        `${mailOne}:25`,
        `${mailTwo}:25`,
        `${database}:5432`,
      ],
    ],
    ["smtp_starttls", [`${balancer}:587`, `${balancer}:25`]],
    ["imap_banner", [`${balancer}:143`]],
  ];
  const exporters = [mailOne, mailTwo].map((host) => `${host}:${EXPORTER_PORT}`);
  return `global: { scrape_interval: ${every}, evaluation_interval: ${every}, scrape_timeout: ${timeout} }
alerting: { alertmanagers: [ { static_configs: [ { targets: ["127.0.0.1:${PEER_PORTS.alertmanager}"] } ] } ] }
rule_files: [ rules.yml ]
scrape_configs:
${probes.map(([module, targets]) => probeJob(module, targets)).join("")}
  - job_name: postfix
    static_configs: [ { targets: ${JSON.stringify(exporters)} } ]
  - job_name: haproxy
    static_configs: [ { targets: ["${balancer}:8404"] } ]
`;
}

function probeJob(module: string, targets: readonly string[]): string {
  return `  - job_name: bb-${module}
    metrics_path: /probe
    params: { module: [${module}] }
    static_configs: [ { targets: ${JSON.stringify(targets)} } ]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: "127.0.0.1:${PEER_PORTS.blackbox}" }
`;
}

export function rulesFile(setting: PeerSetting): string {
  const { lasting } = TIMES[setting];
  const rules = [
    [
      "ProbeFailed",
      "probe_success == 0",
      "{{ $labels.job }} probe of {{ $labels.instance }} fails",
    ],
    ["ProbeSlow", "probe_duration_seconds > 3", "{{ $labels.instance }} slow"],
    ["InstanceDown", "up == 0", "{{ $labels.instance }} down"],
    [
      "PostfixQueueGrowing",
      'sum by (instance) (postfix_showq_message_size_bytes_count{queue=~"deferred|active"}) > 25',
      "queue on {{ $labels.instance }} is {{ $value }}",
    ],
    [
      "PostfixDeferrals",
      "sum by (instance) (rate(postfix_smtp_status_deferred[1m])) > 0.2",
      "deferrals on {{ $labels.instance }}",
    ],
    [
      "HaproxyServerDown",
      'haproxy_server_status{state="DOWN"} == 1',
      "{{ $labels.proxy }}/{{ $labels.server }} down",
    ],
  ] as const;
  return `groups:
  - name: mail
    rules:
${rules
  .map(
    ([alert, expression, summary]) =>
      `      - { alert: ${alert}, expr: '${expression}', for: ${lasting}, annotations: { summary: "${summary}" } }\n`,
  )
  .join("")}`;
}
