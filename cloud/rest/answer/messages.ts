// What a 200 says to people, in the caller's language.
import { filled, type Language } from '../../../shared/words.ts';

export const messages = {
  user_created: { es: 'Usuario registrado.', en: 'User registered.' },
  user_updated: { es: "Usuario '{user_id}' actualizado.", en: "User '{user_id}' updated." },
  user_deleted: { es: "Usuario '{user_id}' eliminado.", en: "User '{user_id}' deleted." },
  user_restored: { es: "Usuario '{user_id}' restaurado.", en: "User '{user_id}' restored." },
  enrolment_begun: {
    es: 'Modo enrolamiento activado. El usuario debe poner el dedo 3 veces.',
    en: 'Enrolment mode is on. The user must put the finger down 3 times.',
  },
  device_created: { es: "Dispositivo '{device}' registrado.", en: "Device '{device}' registered." },
  device_updated: { es: "Dispositivo '{device}' actualizado.", en: "Device '{device}' updated." },
  device_deleted: { es: "Dispositivo '{device}' eliminado.", en: "Device '{device}' deleted." },
  device_answers: { es: "Conexion exitosa con '{device}'.", en: "Connected to '{device}'." },
  time_set: { es: '[{device}] Hora sincronizada.', en: '[{device}] Clock set.' },
  operation_cancelled: { es: 'Operación cancelada.', en: 'Operation cancelled.' },
  site_created: { es: "Sede '{site}' registrada.", en: "Site '{site}' registered." },
  site_renamed: { es: "Sede '{site}' actualizada.", en: "Site '{site}' updated." },
  site_deleted: { es: "Sede '{site}' eliminada.", en: "Site '{site}' deleted." },
  webhook_created: { es: 'Webhook registrado.', en: 'Webhook registered.' },
  webhook_updated: { es: 'Webhook actualizado.', en: 'Webhook updated.' },
  webhook_deleted: { es: 'Webhook eliminado.', en: 'Webhook deleted.' },
  agent_revoked: { es: "Agente de '{site}' revocado.", en: "Agent of '{site}' revoked." },
} as const satisfies Record<string, { readonly es: string; readonly en: string }>;

type PlacesOf<S extends string> = S extends `${string}{${infer Place}}${infer Rest}`
  ? Place | PlacesOf<Rest>
  : never;

type Key = keyof typeof messages;
type Places<K extends Key> = { readonly [P in PlacesOf<(typeof messages)[K]['es']>]: string };

/** The sentence of a 200; every place of it must be given. */
export function message<K extends Key>(key: K, language: Language, places: Places<K>): string {
  return filled(messages[key][language], places, language);
}
