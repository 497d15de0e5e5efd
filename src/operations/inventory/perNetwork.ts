import type { Network } from "./model.ts";

/** Works something out once for each network: one never changes, and symptom after symptom asks for the same. */
export function perNetwork<T>(work: (network: Network) => T): (network: Network) => T {
  const known = new WeakMap<Network, { readonly value: T }>();
  return (network) => {
    const found = known.get(network) ?? { value: work(network) };
    known.set(network, found);
    return found.value;
  };
}
