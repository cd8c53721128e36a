// The sentences of this face but for refused changes, in both languages. Scripts compare the English ones letter by letter.

/** What is said, in each language. */
export interface Sentence {
  readonly en: string;
  readonly es: string;
}

/** With `{name}` places. */
const sentences = {
  // Parameters; they stand behind the place of what is wrong.
  number_expected: { en: 'a number is expected.', es: 'se espera un número.' },
  number_large: { en: 'a number is too large.', es: 'el número es demasiado grande.' },
  text_expected: { en: 'a character string is expected.', es: 'se espera un texto.' },
  empty: { en: 'cannot be empty.', es: 'no puede estar vacío.' },
  not_utf8: { en: 'invalid byte sequence in UTF-8.', es: 'no es UTF-8 válido.' },
  long: { en: 'value is too long.', es: 'es demasiado largo.' },
  must_be: { en: 'value must be {list}.', es: 'debe ser {list}.' },
  one_of: { en: 'value must be one of {list}.', es: 'debe ser uno de estos: {list}.' },
  integer_expected: { en: 'an integer is expected.', es: 'se espera un entero.' },
  boolean_expected: { en: 'a boolean is expected.', es: 'se espera true o false.' },
  span_expected: { en: 'a time unit is expected.', es: 'se espera un tiempo, como 90 o 15m.' },
  url: { en: 'unacceptable URL.', es: 'esa URL no se admite.' },
  period_expected: {
    en: 'a time period is expected.',
    es: 'se esperan días y horas, como 1-5,09:00-18:00.',
  },
  array_expected: { en: 'an array is expected.', es: 'se espera una lista.' },
  array_or_object: { en: 'an array or object is expected.', es: 'se espera una lista o un objeto.' },
  id_kind: {
    en: 'a string, number or null value is expected.',
    es: 'se espera un texto, un número o null.',
  },
  site_expected: { en: 'a site or "*" is expected.', es: 'se espera una sede o "*".' },
  method_mask_expected: {
    en: 'API method name or mask is expected.',
    es: 'se espera el nombre de un método, o un patrón.',
  },
  unexpected: { en: 'unexpected parameter "{name}".', es: 'el parámetro "{name}" no se conoce.' },
  missing: { en: 'the parameter "{name}" is missing.', es: 'falta el parámetro "{name}".' },
  invalid: { en: 'invalid.', es: 'no es válido.' },
  twice: { en: '{shown} already exists.', es: '{shown} está dos veces.' },
  should_be_empty: { en: 'should be empty.', es: 'debe estar vacío.' },
  // Whole sentences.
  at: { en: 'Invalid parameter "{path}": {phrase}', es: 'Parámetro "{path}" no válido: {phrase}' },
  not_json: {
    en: 'Invalid JSON. An error occurred on the server while parsing the JSON text.',
    es: 'No es JSON: el servidor no pudo leer el texto.',
  },
  no_request: {
    en: 'The received JSON is not a valid JSON-RPC request.',
    es: 'El JSON recibido no es una petición de JSON-RPC.',
  },
  method_unknown: { en: 'Incorrect method "{name}".', es: 'No existe el método "{name}".' },
  api_unknown: { en: 'Incorrect API "{name}".', es: 'No existe la API "{name}".' },
  no_header: {
    en: 'The "{name}" method must be called without authorization header.',
    es: 'El método "{name}" se llama sin la cabecera Authorization.',
  },
  no_auth: {
    en: 'The "{name}" method must be called without the "auth" parameter.',
    es: 'El método "{name}" se llama sin el parámetro "auth".',
  },
  no_permission: { en: 'No permissions to call "{name}".', es: 'No tiene permiso para llamar a "{name}".' },
  batch_over: {
    en: 'The time for this batch is over: this call was not run.',
    es: 'El tiempo de este lote terminó: esta llamada no se hizo.',
  },
  password_filter: {
    en: 'It is not possible to filter by user password.',
    es: 'No se puede filtrar por la contraseña.',
  },
  password_search: {
    en: 'It is not possible to search by user password.',
    es: 'No se puede buscar por la contraseña.',
  },
  no_logout: { en: 'Cannot log out.', es: 'No se pudo salir.' },
  credential_expected: {
    en: 'Session ID or token is expected.',
    es: 'Se espera una sesión o un token.',
  },
  /** What a login that failed is told, whatever the reason. */
  login_failed: {
    en: 'Incorrect user name or password or account is temporarily blocked.',
    es: 'Usuario o contraseña incorrectos, o la cuenta está bloqueada por un rato.',
  },
  no_access: { en: 'No permissions for system access.', es: 'No tiene permiso para entrar al sistema.' },
  /** The store does not answer; what is wrong with it is in the log. */
  store_failed: {
    en: 'System error occurred. Please contact Zabbix administrator.',
    es: 'El sistema falló. Avise a quien lo administra.',
  },
  internal: { en: 'Internal error.', es: 'Error interno.' },
} as const satisfies Record<string, Sentence>;

export type SentenceName = keyof typeof sentences;
export type Places = Readonly<Record<string, string | number>>;

/** A sentence with its places filled. */
export function filled({ en, es }: Sentence, places: Places): Sentence {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(places[name] ?? ''));
  return { en: fill(en), es: fill(es) };
}

export function say(name: SentenceName, places: Places = {}): Sentence {
  return filled(sentences[name], places);
}

/** What is wrong at `path` (`/`, `/1/userid`). */
export function sayAt(path: string, phrase: Sentence): Sentence {
  const at = (language: keyof Sentence) => filled(sentences.at, { path, phrase: phrase[language] })[language];
  return { en: at('en'), es: at('es') };
}
