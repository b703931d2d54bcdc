export { type FaultKind, faultKinds, type RequestRole } from "./faults/catalogue.ts";
export { type Fault, type FaultRule, type NonsenseVariant, nonsenseVariants } from "./faults/rule.ts";
export type { Invoice, InvoiceLine } from "./invoice.ts";
export type { SimulatorOptions } from "./options.ts";
export type { Purchase } from "./purchases.ts";
export { type Simulator, startSimulator } from "./simulator.ts";
export type { TrafficEntry } from "./traffic.ts";
export type { WebhookEndpoint } from "./vendor/vendor.ts";
