// What an entry of the audit log can say, in words that its readers see.

/** What came of a change; `unknown`: it was begun, and whether it was done is not known. */
export const AUDIT_OUTCOMES = ['succeeded', 'failed', 'cancelled', 'expired', 'unknown'] as const;

/** By which way somebody came: HTTP, JSON-RPC, an agent with its token, the command line; or the system itself. */
export const AUDIT_FACES = ['rest', 'rpc', 'agent', 'cli', 'system'] as const;
