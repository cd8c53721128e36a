// What the numbers of a punch mean on most terminals, in words; models differ, so the number is always told beside them.
import type { Language } from '../words.ts';

type Names = Readonly<Record<number, { readonly es: string; readonly en: string }>>;

/** How the person was verified. */
const STATUS_NAMES: Names = {
  0: { es: 'PIN', en: 'PIN' },
  1: { es: 'Huella', en: 'Finger' },
  2: { es: 'Tarjeta', en: 'Card' },
  15: { es: 'Rostro', en: 'Face' },
};

/** What the person chose at the terminal. */
const PUNCH_NAMES: Names = {
  0: { es: 'Entrada', en: 'In' },
  1: { es: 'Salida', en: 'Out' },
  2: { es: 'Inicio de descanso', en: 'Break begins' },
  3: { es: 'Fin de descanso', en: 'Break ends' },
  4: { es: 'Entrada de horas extra', en: 'Overtime in' },
  5: { es: 'Salida de horas extra', en: 'Overtime out' },
};

/** Null for a number that means nothing in common. */
export function statusName(status: number, language: Language): string | null {
  return STATUS_NAMES[status]?.[language] ?? null;
}

/** Null for a number that means nothing in common, 255 (nothing chosen) among them. */
export function punchName(punch: number, language: Language): string | null {
  return PUNCH_NAMES[punch]?.[language] ?? null;
}
