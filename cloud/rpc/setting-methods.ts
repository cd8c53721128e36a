// Methods about the settings of a tenant: rules for passwords and the block, and the kinds of media.
import { mediaTypes } from '../accounts/defaults.ts';
import { spanSeconds } from '../accounts/spans.ts';
import { change } from './change.ts';
import { int, object, timeUnit } from './fields.ts';
import type { OperatorCall } from './method.ts';
import { parsed } from './parse.ts';
import { authenticationRow, mediaTypeRows, settingsRow } from './present.ts';
import { answered, chosen, common, ids, output, selected } from './query.ts';

const outputSchema = object({ output: output.optional() });

async function settingsOf(call: OperatorCall, rowOf: typeof authenticationRow | typeof settingsRow) {
  const { output: wanted } = parsed(outputSchema, Array.isArray(call.params) ? {} : call.params);
  return chosen(rowOf(await call.ports.accounts.settings(call.operator.tenant)), wanted, '');
}

export function settingsGet(call: OperatorCall): Promise<unknown> {
  return settingsOf(call, settingsRow);
}

export function authenticationGet(call: OperatorCall): Promise<unknown> {
  return settingsOf(call, authenticationRow);
}

const updateSchema = object({
  passwd_min_length: int([[1, 70]]).optional(),
  passwd_check_rules: int([[0, 15]]).optional(),
  login_attempts: int([[1, 32]]).optional(),
  login_block: timeUnit([[30, 3600]]).optional(),
});

export async function authenticationUpdate(call: OperatorCall): Promise<unknown> {
  const given = parsed(updateSchema, Array.isArray(call.params) ? {} : call.params);
  const fields = Object.keys(given);
  if (fields.length === 0) return [];
  await change(call, (draft) => {
    const { passwordMinLength, passwordRules, loginAttempts, loginBlockSeconds } = draft.settings;
    const block = given.login_block === undefined ? null : spanSeconds(given.login_block);
    draft.putSettings({
      passwordMinLength: given.passwd_min_length ?? passwordMinLength,
      passwordRules: given.passwd_check_rules ?? passwordRules,
      loginAttempts: given.login_attempts ?? loginAttempts,
      loginBlockSeconds: block ?? loginBlockSeconds,
    });
    draft.changes.push({ action: 'update', kind: 'settings', id: '', name: 'authentication', fields });
  });
  return fields;
}

const mediaTypeSchema = object({ mediatypeids: ids.nullish(), ...common });

const WEBHOOK = mediaTypes.find(({ kind }) => kind === 'webhook')?.id;

function secretOf({ ports, operator }: OperatorCall): string {
  return ports.alertSecretOf(operator.tenant, operator.user.id);
}

export function mediaTypeGet(call: OperatorCall): unknown {
  const options = parsed(mediaTypeSchema, Array.isArray(call.params) ? {} : call.params);
  const rows = mediaTypeRows().filter(
    ({ mediatypeid }) => options.mediatypeids?.includes(mediatypeid) ?? true,
  );
  const names = Object.keys(rows[0] ?? { mediatypeid: '' });
  const shown = selected({ rows, idName: 'mediatypeid', names }, options);
  const { output: wanted } = options;
  // One's own, and only where it is asked for by name: lists that are printed or kept do not hold it.
  const isWanted = Array.isArray(wanted) && wanted.includes('secret');
  return answered(shown, 'mediatypeid', options, (row) =>
    isWanted && row.mediatypeid === WEBHOOK ? { secret: secretOf(call) } : {},
  );
}
