// Words that sentences of the catalogue are filled with, in Spanish and English.

/**
 * Words within a sentence that depend on the language too. In the places for words (`WORD_PLACES` of errors.ts) the value
 * `@key` stands for one of these; its own places are filled from the same params.
 */
export const phrases = {
  limit_bytes: { es: 'caben {max} bytes y tiene {got}', en: '{max} bytes fit, it has {got}' },
  limit_characters: { es: 'caben {max} caracteres y tiene {got}', en: '{max} characters fit, it has {got}' },
  limit_length: {
    es: 'ningún dispositivo admite más de {max} caracteres',
    en: 'no device can hold more than {max} characters',
  },
  limit_encoding: {
    es: 'tiene un carácter que su codificación no conoce',
    en: 'it has a character that its encoding does not know',
  },
  limit_card: { es: 'caben 32 bits, hasta 4294967295', en: '32 bits fit, up to 4294967295' },
  limit_digits: { es: 'solo admite cifras', en: 'it takes digits only' },
  limit_ascii: { es: 'solo admite letras ASCII y cifras', en: 'it takes ASCII letters and digits only' },
  limit_number: {
    es: 'solo admite un número de 32 bits sin ceros a la izquierda',
    en: 'it takes a number of 32 bits without leading zeros only',
  },
  host_not_allowed: {
    es: 'solo direcciones privadas (10.x, 172.16–31.x, 192.168.x) o las que allow_hosts nombra en el agent.yaml de la sede',
    en: "private addresses only (10.x, 172.16–31.x, 192.168.x), or those that allow_hosts names in the site's agent.yaml",
  },
  address_taken: { es: "ya es la del dispositivo '{holder}'", en: "the device '{holder}' has it already" },
  busy_waiting: { es: '{max} órdenes esperan', en: '{max} commands wait' },
  busy_enrolling: { es: 'alguien está enrolando un dedo', en: 'somebody is enrolling a finger' },
  busy_keypad: {
    es: 'sus usuarios cambian sin cesar en el teclado',
    en: 'its users keep changing at the keypad',
  },
} as const satisfies Record<string, { readonly es: string; readonly en: string }>;

export type PhraseKey = keyof typeof phrases;
