import type * as z from "zod";
import type { ProviderPort } from "./port.ts";

/** A vendor as it is registered: the port, and what it offers. Types travel in `~offers`, which does not exist at run time. */
export interface Provider<Offers extends object> extends ProviderPort {
  /** Operation name → strict schema of this provider's own parameters. */
  readonly offers: Readonly<Record<string, OfferedOperation>>;
  readonly "~offers": Offers;
}

export type AnyProvider = Provider<object>;

/** What a provider says of one operation. */
export interface OfferedOperation {
  readonly parameters: z.ZodObject;
  /** How many outputs a request asks for; priced and reserved at start. Default: 1. */
  readonly outputs?: (input: Record<string, unknown>) => number;
  /**
   * Refuses, before any credit is held, what this provider cannot take: an image of a size it refuses, two
   * parameters that do not go together. Returns the offending field and a sentence, or nothing.
   */
  readonly check?: (
    input: Record<string, unknown>,
    files: readonly CheckedFile[],
  ) => { field: string; message: string } | undefined;
}

/** What `check` may know of an input file. */
export interface CheckedFile {
  readonly field: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
}

/** Without the shape, a schema of no fields would be a record of any field that can have no value. */
type Parameters<O> = O extends { parameters: infer Schema extends z.ZodObject }
  ? {
      [Field in keyof z.input<Schema> as Field extends keyof Schema["shape"]
        ? Field
        : never]: z.input<Schema>[Field];
    }
  : never;

/** Makes a provider of a port and its offers, and carries the types of its parameters to the browser. */
export function defineProvider<const Offered extends Record<string, OfferedOperation>>(
  definition: ProviderPort & { offers: Offered },
): Provider<{ [Op in keyof Offered]: Parameters<Offered[Op]> }> {
  return definition as never;
}
