// Words about webhooks that callers are told.

/** Why a webhook is paused: by a caller, after a day of failures, by a 410, or because what it missed is gone. */
export const WEBHOOK_PAUSES = ['caller', 'failing', 'gone', 'expired'] as const;
export type WebhookPause = (typeof WEBHOOK_PAUSES)[number];

/** Why no answer came: not in time, no connection, or the address is one that must not be called. */
export const DELIVERY_FAILURES = ['timeout', 'unreachable', 'address_forbidden'] as const;
export type DeliveryFailure = (typeof DELIVERY_FAILURES)[number];
