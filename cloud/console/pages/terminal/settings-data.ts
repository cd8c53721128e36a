// The settings of a terminal as a form holds them: all as texts, and back to what a change of them sends.
import { ATTENDANCE_RECORDS, USER_RECORDS } from '../../../../shared/domain/device-choices.ts';
import type { components } from '../../api/contract.d.ts';

export type Settings = components['schemas']['DeviceSettings'];
export type Dialect = Settings['dialect'];
type Update = components['schemas']['DeviceUpdate'];

/** What can be stated of a model, with the values to choose from; none: a number of one's own. */
export const DIALECT = {
  user_record: USER_RECORDS,
  user_id_width: null,
  letters_in_user_id: [true, false],
  name_bytes: null,
  timed_disable: [true, false],
  counters: [true, false],
  one_client: [true, false],
  bulk_write: [true, false],
  attendance_record: ATTENDANCE_RECORDS,
} as const satisfies { readonly [K in keyof Dialect]-?: readonly Exclude<Dialect[K], undefined>[] | null };
export type DialectName = keyof typeof DIALECT;
export const DIALECT_NAMES = Object.keys(DIALECT) as DialectName[];

const PLAIN = ['name', 'ip', 'transport', 'timezone', 'encoding', 'roster', 'drift'] as const;
const NUMBERS = ['port', 'timeout', 'locks'] as const;

export type Values = Record<(typeof PLAIN)[number] | (typeof NUMBERS)[number] | 'password', string> & {
  readonly dialect: Record<DialectName, string>;
};

export function valuesOf(settings: Settings): Values {
  const { name, ip, port, transport, timezone, encoding, roster, drift, timeout, locks } = settings;
  const stated = (key: DialectName) => String(settings.dialect[key] ?? '');
  return {
    ...{ name, ip, transport, timezone, encoding, roster, drift },
    ...{ port: String(port), timeout: String(timeout), locks: String(locks), password: '' },
    dialect: Object.fromEntries(DIALECT_NAMES.map((key) => [key, stated(key)])) as Values['dialect'],
  };
}

/** A number or a word as it was chosen; what is neither goes as it was typed, and the API says what is wrong with it. */
function chosen(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

function dialectOf({ dialect }: Values): unknown {
  const said = Object.entries(dialect).filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(said.map(([key, text]) => [key, chosen(text.trim())]));
}

/** What differs from before. The dialect is stated as a whole or not at all. */
export function changedOf(values: Values, before: Values): Update {
  const names = [...PLAIN, ...NUMBERS].filter((name) => values[name].trim() !== before[name].trim());
  const isOtherDialect = DIALECT_NAMES.some((key) => values.dialect[key] !== before.dialect[key]);
  return {
    ...Object.fromEntries(names.map((name) => [name, values[name].trim()])),
    ...(values.password === '' ? {} : { password: values.password }),
    ...(isOtherDialect ? { dialect: dialectOf(values) } : {}),
  } as Update;
}

/** A comm key goes to a new address only from somebody who knows it. */
export function needsKey(values: Values, before: Values, { has_password }: Settings): boolean {
  const isMoved = values.ip.trim() !== before.ip || values.port.trim() !== before.port;
  return has_password && isMoved && values.password === '';
}
