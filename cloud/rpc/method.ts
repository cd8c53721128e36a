// What a method is, and what it is given when it is called.
import type { Change } from '../accounts/draft.ts';
import type { LoginPorts } from '../accounts/login.ts';
import type { Operator } from '../accounts/operator.ts';
import { isSuperAdmin } from '../accounts/operator.ts';
import type { TenantSettings } from '../accounts/tenants.ts';
import type { Caller } from '../accounts/user-change.ts';
import type { Notices } from '../alerts/notices.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Directory } from '../directory/directory.ts';

export interface RpcPorts extends LoginPorts {
  readonly directory: Directory;
  readonly audit: AuditTrail;
  readonly tenants: TenantSettings;
  readonly notices: Notices;
  /** The time zone of operators who have chosen none. */
  readonly zone: string;
  /** What the webhooks of an operator are signed with. */
  readonly alertSecretOf: (tenant: string, userId: string) => string;
}

/** One call, as methods see it. */
export interface RpcCall {
  readonly ports: RpcPorts;
  /** The tenant that the address stands for, or null. */
  readonly tenant: string | null;
  /** As the caller wrote it. */
  readonly method: string;
  /** The caller's address. */
  readonly from: string;
  readonly params: unknown;
  /** Told what the call has changed, once it has. */
  readonly changed: (tenant: string, changes: readonly Change[]) => void;
}

export interface OperatorCall extends RpcCall {
  readonly operator: Operator;
}

/** Must come without credentials. */
export interface OpenMethod {
  readonly access: 'open';
  readonly run: (call: RpcCall) => Promise<unknown> | unknown;
}

export interface ClosedMethod {
  /** The least type of user; 1 user, 2 admin, 3 super admin. */
  readonly access: 1 | 2 | 3;
  /** For roles that manage tokens alone. */
  readonly managesTokens?: true;
  readonly run: (call: OperatorCall) => Promise<unknown> | unknown;
}

export type Method = OpenMethod | ClosedMethod;

export function callerOf({ operator }: OperatorCall): Caller {
  return { id: operator.user.id, isSuperAdmin: isSuperAdmin(operator) };
}
