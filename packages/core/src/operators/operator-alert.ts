/** Something that only an operator can mend at a provider: no credit there, a revoked key, a retired model. */
export interface ProviderAlert {
  readonly kind: "provider";
  /** The provider's public key. */
  readonly provider: string;
  /** The generation that met it; others may have since. */
  readonly generationId: string;
  readonly operation: string;
  readonly attempt: number;
  /** The HTTP status that the vendor answered with, where it did. */
  readonly upstreamStatus: number | undefined;
  /** What the provider says happened, without secrets. Not for users. */
  readonly message: string;
}

/** A chargeback or correction that was refused: what is to be taken back has been spent or set aside. Nothing moved. */
export interface ClawbackAlert {
  readonly kind: "clawback_refused";
  readonly walletId: string;
  /** Credits that were to be taken. */
  readonly required: number;
  /** Credits that could have been. */
  readonly available: number;
  /** Of the correction; it is free, and the same call succeeds once there are credits. */
  readonly idempotencyKey: string;
  readonly reason: string;
  readonly actor: string;
}

/** An event that the team's own server never took, in all its tries. It is kept: `bff.givenUpWebhooks`. */
export interface WebhookAlert {
  readonly kind: "webhook_given_up";
  /** Its `webhook-id`. Others may have been given up since. */
  readonly eventId: string;
  readonly type: string;
  readonly tries: number;
  /** The HTTP status of the last answer, where there was one. */
  readonly upstreamStatus: number | undefined;
  /** Why the last try failed, in a word. */
  readonly message: string;
}

/** What an operator is called for. */
export type OperatorAlert = ProviderAlert | ClawbackAlert | WebhookAlert;
