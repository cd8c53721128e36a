// The sentences of this face: what a refused change and a closed door are called here. Scripts compare the English ones letter by letter.
import type { AccountCode, AccountError } from '../accounts/errors.ts';
import type { Closed } from '../accounts/sessions.ts';
import { type RpcCode, RpcError } from './errors.ts';
import { filled, type Sentence } from './sentences.ts';

/** With `{param}` places. */
interface Text extends Sentence {
  readonly code?: RpcCode;
}

const AT = { en: 'Invalid parameter "{path}": ', es: 'Parámetro "{path}" no válido: ' };
const PASSWORD = {
  en: 'Incorrect value for field "{path}": must ',
  es: 'Valor incorrecto en el campo "{path}": ',
};

const texts: Readonly<Record<AccountCode, Text>> = {
  no_object: {
    code: -32500,
    en: 'No permissions to referred object or it does not exist!',
    es: 'No tiene permiso sobre ese objeto, o no existe.',
  },
  readonly_provisioned: {
    en: `${AT.en}cannot update readonly parameter "{field}" of provisioned user.`,
    es: `${AT.es}el parámetro "{field}" de un usuario aprovisionado no se puede cambiar.`,
  },
  autologin_pair: {
    en: 'Auto-login and auto-logout options cannot be enabled together.',
    es: 'La entrada automática y la salida automática no van juntas.',
  },
  current_wrong: { en: 'Incorrect current password.', es: 'La contraseña actual no es esa.' },
  current_needed: { en: 'Current password is mandatory.', es: 'Hace falta la contraseña actual.' },
  password_short: {
    en: `${PASSWORD.en}be at least {min} characters long.`,
    es: `${PASSWORD.es}debe tener al menos {min} caracteres.`,
  },
  password_case: {
    en: `${PASSWORD.en}contain at least one lowercase and one uppercase Latin letter.`,
    es: `${PASSWORD.es}debe tener al menos una minúscula y una mayúscula latinas.`,
  },
  password_digit: {
    en: `${PASSWORD.en}contain at least one digit.`,
    es: `${PASSWORD.es}debe tener al menos una cifra.`,
  },
  password_special: {
    en: `${PASSWORD.en}contain at least one special character.`,
    es: `${PASSWORD.es}debe tener al menos un carácter especial.`,
  },
  password_names: {
    en: `${PASSWORD.en}not contain user's name, surname or username.`,
    es: `${PASSWORD.es}no debe contener el nombre, el apellido ni el usuario.`,
  },
  password_common: {
    en: `${PASSWORD.en}not be one of common or context-specific passwords.`,
    es: `${PASSWORD.es}no debe ser una contraseña común ni fácil de adivinar aquí.`,
  },
  guest_username: { en: 'Cannot rename guest user.', es: 'Al usuario invitado no se le cambia el nombre.' },
  guest_lang: {
    en: 'Not allowed to set language for user "guest".',
    es: 'Al usuario "guest" no se le cambia el idioma.',
  },
  guest_theme: {
    en: 'Not allowed to set theme for user "guest".',
    es: 'Al usuario "guest" no se le cambia el tema.',
  },
  guest_password: {
    en: 'Not allowed to set password for user "guest".',
    es: 'Al usuario "guest" no se le pone contraseña.',
  },
  last_super_admin: {
    en: 'At least one active user must exist with role "Super admin role".',
    es: 'Debe quedar al menos un usuario activo con el rol "Super admin role".',
  },
  object_missing: { en: `${AT.en}object does not exist.`, es: `${AT.es}el objeto no existe.` },
  own_role: { en: 'User cannot change own role.', es: 'Nadie cambia su propio rol.' },
  media_missing: {
    en: `${AT.en}object does not exist or belongs to another object.`,
    es: `${AT.es}el objeto no existe o es de otro.`,
  },
  super_only: {
    en: 'Only Super admin users can update "{field}" parameter.',
    es: 'Solo un superadministrador cambia el parámetro "{field}".',
  },
  oneself_disabled: {
    en: 'User cannot add oneself to a disabled group or a group with disabled GUI access.',
    es: 'Nadie se agrega a sí mismo a un grupo apagado o sin acceso a la consola.',
  },
  username_taken: {
    en: 'User with username "{username}" already exists.',
    es: 'El usuario "{username}" ya existe.',
  },
  password_needed: {
    en: 'User "{username}" must have a password, because internal authentication is in effect.',
    es: 'El usuario "{username}" necesita una contraseña, porque entra con la de aquí.',
  },
  sendto_empty: { en: `${AT.en}cannot be empty.`, es: `${AT.es}no puede estar vacío.` },
  sendto_email: {
    en: `${AT.en}an email address is expected.`,
    es: `${AT.es}se espera una dirección de correo.`,
  },
  sendto_text: { en: `${AT.en}a character string is expected.`, es: `${AT.es}se espera un texto.` },
  sendto_url: { en: `${AT.en}unacceptable URL.`, es: `${AT.es}esa URL no se admite.` },
  sendto_long: { en: `${AT.en}value is too long.`, es: `${AT.es}es demasiado largo.` },
  too_many_rows: {
    en: 'The change has {rows} rows, and one transaction takes {most}: ask for fewer objects at once.',
    es: 'El cambio tiene {rows} filas y una transacción admite {most}: pida menos objetos a la vez.',
  },
  delete_oneself: { en: 'User is not allowed to delete oneself.', es: 'Nadie se elimina a sí mismo.' },
  delete_guest: {
    en: 'Cannot delete Zabbix internal user "guest", try disabling that user.',
    es: 'El usuario interno "guest" no se elimina; apáguelo.',
  },
  group_taken: { en: 'User group "{name}" already exists.', es: 'El grupo "{name}" ya existe.' },
  role_taken: { en: 'User role "{name}" already exists.', es: 'El rol "{name}" ya existe.' },
  role_readonly_update: {
    en: 'Cannot update readonly user role "{name}".',
    es: 'El rol "{name}" no se puede cambiar.',
  },
  role_readonly_delete: {
    en: 'Cannot delete readonly user role "{name}".',
    es: 'El rol "{name}" no se puede eliminar.',
  },
  role_in_use: {
    en: 'The role "{name}" is assigned to at least one user and cannot be deleted.',
    es: 'El rol "{name}" lo tiene al menos un usuario y no se puede eliminar.',
  },
  token_taken: {
    en: 'API token "{name}" already exists for userid "{id}".',
    es: 'El token "{name}" ya existe para el usuario con id "{id}".',
  },
  user_unavailable: { en: 'User with ID "{id}" is not available.', es: 'No hay un usuario con id "{id}".' },
};

const closed: Readonly<Record<Closed, Text>> = {
  session_ended: { en: 'Session terminated, re-login, please.', es: 'La sesión terminó; entre otra vez.' },
  not_authorized: { en: 'Not authorized.', es: 'No ha entrado, o su credencial no vale.' },
  token_expired: { code: -32500, en: 'API token expired.', es: 'El token venció.' },
};

/** A refused change in the words of this face. */
export function rpcErrorOf({ code, params }: AccountError): RpcError {
  const { code: number = -32602, ...sentence } = texts[code];
  return new RpcError(number, filled(sentence, params));
}

export function closedError(reason: Closed): RpcError {
  const { code = -32602, ...sentence } = closed[reason];
  return new RpcError(code, sentence);
}
