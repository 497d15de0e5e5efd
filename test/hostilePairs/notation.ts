export interface HostilePair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly equal: boolean | "undecided";
  /** Kernel behaviour or rule of the language behind the answer. */
  readonly why: string;
}

export const chain = (
  name: string,
  hook: string,
  rules: string,
  policy = "accept",
) => ` chain ${name} {
  type filter hook ${hook}; policy ${policy};
${rules.replace(/^/gm, "  ")}
 }
`;
export const table = (content: string, family = "inet", name = "t") =>
  `table ${family} ${name} {\n${content}}\n`;
export const forward = (rules: string, more = "") =>
  table(`${more}${chain("f", "forward priority 0", rules)}`);
export const input = (rules: string, policy = "accept") =>
  table(chain("i", "input priority 0", rules, policy));
export const output = (rules: string) => table(chain("o", "output priority 0", rules));
export const nat = (hook: string, rules: string) =>
  table(` chain n {\n  type nat hook ${hook};\n  ${rules}\n }\n`, "ip", "n");
export const destination = (rules: string) => nat("prerouting priority -100", rules);
export const source = (rules: string) => nat("postrouting priority 100", rules);
export const iptables = (...rules: readonly string[]) =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join("\n")}\nCOMMIT\n`;
/** As `iptables-restore-translate` writes it. */
export const translated = (rules: string) =>
  table(chain("FORWARD", "forward priority filter", rules), "ip", "filter");

export const PORT_SET =
  " set s {\n  type inet_service; flags interval;\n  elements = { 20-30 }\n }\n";
