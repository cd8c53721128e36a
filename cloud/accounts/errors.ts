// Why a change of accounts was refused: a code and what it is about, without words. Faces make a sentence of it.

export const ACCOUNT_CODES = [
  'no_object',
  'readonly_provisioned',
  'autologin_pair',
  'current_wrong',
  'current_needed',
  'password_short',
  'password_case',
  'password_digit',
  'password_special',
  'password_names',
  'password_common',
  'guest_username',
  'guest_lang',
  'guest_theme',
  'guest_password',
  'last_super_admin',
  'object_missing',
  'own_role',
  'media_missing',
  'super_only',
  'oneself_disabled',
  'username_taken',
  'password_needed',
  'sendto_empty',
  'sendto_email',
  'sendto_text',
  'sendto_url',
  'sendto_long',
  'too_many_rows',
  'delete_oneself',
  'delete_guest',
  'group_taken',
  'role_taken',
  'role_readonly_update',
  'role_readonly_delete',
  'role_in_use',
  'token_taken',
  'user_unavailable',
] as const;
export type AccountCode = (typeof ACCOUNT_CODES)[number];

export type AccountParams = Readonly<Record<string, string | number>>;

export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code: AccountCode;
  readonly params: AccountParams;

  constructor(code: AccountCode, params: AccountParams = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}
