// Why a command of the service cannot be carried out.

/** A service command cannot be done on this machine; the message says why and what to do. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code = 'service_unavailable';
}
