// Every change over JSON-RPC leaves an entry before it is made, and what came of it afterwards.
import type { Change } from '../accounts/draft.ts';
import { AccountError } from '../accounts/errors.ts';
import { subjectOf } from '../accounts/operator.ts';
import type { Deed, Ending, Place } from '../audit/entry.ts';
import { log } from '../log.ts';
import { RpcError } from './errors.ts';
import type { OperatorCall, RpcCall } from './method.ts';

function deedOf(call: RpcCall, subject: string, changes: readonly Change[]): Deed {
  return {
    subject,
    face: 'rpc',
    address: call.from,
    what: call.method.slice(0, 64),
    fields: [...new Set(changes.flatMap(({ fields }) => fields))],
    objects: changes.map(({ kind, id, name, action, fields }) => ({
      kind,
      id,
      name,
      action,
      fields: [...fields],
    })),
  };
}

function endingOfError(error: unknown): Ending {
  const isRefusal = error instanceof AccountError || error instanceof RpcError;
  return { outcome: isRefusal ? 'failed' : 'unknown' };
}

/**
 * Makes a change. `work` calls `begin` with what it is about to change, before any of it has effect; what is begun
 * again, because somebody else was faster, is the same change.
 */
export async function audited<T>(
  call: OperatorCall,
  work: (begin: (changes: readonly Change[]) => Promise<void>) => Promise<T>,
): Promise<T> {
  const { audit } = call.ports;
  const { tenant } = call.operator;
  let place: Place | null = null;
  let made: readonly Change[] = [];
  const begin = async (changes: readonly Change[]) => {
    made = changes;
    place ??= await audit.begin(tenant, deedOf(call, subjectOf(call.operator), changes));
  };
  // The change is made or not by now: trouble with its outcome is for those who look for outcomes later.
  const end = async (ending: Ending) => {
    if (place === null) return;
    await audit
      .end(tenant, place, ending)
      .catch((error: unknown) => log.error('outcome not entered', error as Error));
  };
  try {
    const result = await work(begin);
    await end({ outcome: 'succeeded' });
    call.changed(tenant, made);
    return result;
  } catch (error) {
    await end(endingOfError(error));
    throw error;
  }
}
