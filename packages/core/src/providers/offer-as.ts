import type { OfferedOperation, Provider } from "./define-provider.ts";
import type { ProviderJob } from "./port.ts";

/**
 * The same provider under operations of the team's own: each is made as one that the provider offers.
 *
 * So an app sells `make-logo` and not `text-to-image`, with a schema, prices, caps and followers of its own, and the
 * vendor's folder stays as it is. What is not named here is not offered any more. The input of the own operation has the
 * fields that the provider reads of the other one (`prompt`, `count`, files); its provider parameters are the same.
 *
 * @param names - Own operation → the operation that the provider knows. Several may be made as one.
 * @throws Error - the provider offers no such operation.
 *
 * @example
 * createBff({
 *   providers: { painter: offerAs(seedream({ apiKey }), { "make-logo": "text-to-image" }) },
 *   operations: [makeLogo],
 *   ...rest,
 * });
 */
export function offerAs<Offers extends object, const Names extends Record<string, keyof Offers & string>>(
  provider: Provider<Offers>,
  names: Names,
): Provider<{ -readonly [Own in keyof Names]: Offers[Names[Own]] }> {
  const known = new Map<string, string>(Object.entries(names));
  const toKnown = (operation: string) => known.get(operation) ?? operation;
  const asKnown = (job: ProviderJob): ProviderJob => ({
    ...job,
    operation: toKnown(job.operation),
    drafts: job.drafts.map((draft) => ({ ...draft, operation: toKnown(draft.operation) })),
  });
  const offers = [...known].map(([own, name]): [string, OfferedOperation] => {
    const offered = provider.offers[name];
    if (offered === undefined)
      throw new Error(`offerAs: '${own}' cannot be made as '${name}', which is not offered`);
    return [own, offered];
  });
  return {
    ...provider,
    offers: Object.fromEntries(offers),
    prepare: (job, context) => provider.prepare(asKnown(job), context),
    submit: (job, prepared, context) => provider.submit(asKnown(job), prepared, context),
  } as Provider<{ -readonly [Own in keyof Names]: Offers[Names[Own]] }>;
}
