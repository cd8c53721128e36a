// Notices in words: a subject and a text for people, in the operator's language.
import type { Language } from '../../shared/words.ts';
import type { User } from '../accounts/model.ts';
import { CROWD, type ProblemType, SEVERITIES, severityOf } from './kinds.ts';
import type { Change } from './problems.ts';

type Sentences = { readonly [L in Language]: { readonly problem: string; readonly resolved: string } };

const nothing = { problem: '', resolved: '' };

/** Of each type that is told, and what is said once it is over. */
const sentences: Readonly<Partial<Record<ProblemType, Sentences>>> = {
  'agent.offline': {
    es: {
      problem: 'La sucursal {site} está sin conexión',
      resolved: 'La sucursal {site} está conectada de nuevo',
    },
    en: { problem: 'Branch {site} is offline', resolved: 'Branch {site} is back online' },
  },
  'agent.update_failed': {
    es: {
      problem: 'El agente de la sucursal {site} no pasó a la versión {version} ({reason})',
      resolved: 'El agente de la sucursal {site} se ha actualizado',
    },
    en: {
      problem: 'The agent of branch {site} did not change to version {version} ({reason})',
      resolved: 'The agent of branch {site} was updated',
    },
  },
  'certificate.ending': {
    es: {
      problem: 'El certificado de la sucursal {site} termina el {ends_at} y no se ha renovado',
      resolved: 'El certificado de la sucursal {site} se ha renovado',
    },
    en: {
      problem: 'The certificate of branch {site} ends on {ends_at} and was not renewed',
      resolved: 'The certificate of branch {site} was renewed',
    },
  },
  'disk.low': {
    es: {
      problem: 'El disco del equipo de la sucursal {site} está casi lleno',
      resolved: 'El disco del equipo de la sucursal {site} tiene sitio de nuevo',
    },
    en: {
      problem: "The disk of branch {site}'s mini-PC is nearly full",
      resolved: "The disk of branch {site}'s mini-PC has room again",
    },
  },
  'clock.off': {
    es: {
      problem: 'El reloj del equipo de la sucursal {site} no está en hora',
      resolved: 'El reloj del equipo de la sucursal {site} está en hora de nuevo',
    },
    en: {
      problem: "The clock of branch {site}'s mini-PC is wrong",
      resolved: "The clock of branch {site}'s mini-PC is right again",
    },
  },
  'device.offline': {
    es: {
      problem: 'El terminal {device} ({site}) no responde',
      resolved: 'El terminal {device} ({site}) responde de nuevo',
    },
    en: {
      problem: 'Terminal {device} ({site}) does not answer',
      resolved: 'Terminal {device} ({site}) answers again',
    },
  },
  'device.refused': {
    es: {
      problem: 'El terminal {device} ({site}) rechaza al agente',
      resolved: 'El terminal {device} ({site}) acepta al agente de nuevo',
    },
    en: {
      problem: 'Terminal {device} ({site}) refuses the agent',
      resolved: 'Terminal {device} ({site}) accepts the agent again',
    },
  },
  'device.swapped': {
    es: {
      problem: 'En el lugar del terminal {device} ({site}) responde otro',
      resolved: 'El terminal {device} ({site}) está de nuevo en su lugar',
    },
    en: {
      problem: 'Another terminal answers in the place of {device} ({site})',
      resolved: 'Terminal {device} ({site}) is in its place again',
    },
  },
  'rule.overdue': {
    es: {
      problem:
        'Una credencial ({identifier_type}) del usuario {user_id} ya no vale y no consta que se haya quitado de {device} ({site})',
      resolved: 'La credencial ({identifier_type}) del usuario {user_id} en {device} ({site}) está como debe',
    },
    en: {
      problem:
        'An identifier ({identifier_type}) of user {user_id} has ended and is not known to be off {device} ({site})',
      resolved:
        'The identifier ({identifier_type}) of user {user_id} at {device} ({site}) is as it should be',
    },
  },
  'rule.failed': {
    es: {
      problem: '{device} ({site}) no acepta una credencial ({identifier_type}) del usuario {user_id}',
      resolved: 'La credencial ({identifier_type}) del usuario {user_id} en {device} ({site}) está como debe',
    },
    en: {
      problem: '{device} ({site}) does not take an identifier ({identifier_type}) of user {user_id}',
      resolved:
        'The identifier ({identifier_type}) of user {user_id} at {device} ({site}) is as it should be',
    },
  },
  'rule.restored': {
    es: {
      ...nothing,
      problem:
        'En {device} ({site}) se cambió en el teclado una credencial ({identifier_type}) del usuario {user_id}; se ha corregido',
    },
    en: {
      ...nothing,
      problem:
        'An identifier ({identifier_type}) of user {user_id} was changed at the keypad of {device} ({site}) and put right',
    },
  },
  'operation.unknown': {
    es: {
      ...nothing,
      problem: 'No se sabe cómo terminó un cambio en {device} ({site}): operación {operation_id}',
    },
    en: {
      ...nothing,
      problem: 'It is not known how a change at {device} ({site}) ended: operation {operation_id}',
    },
  },
  'webhook.paused': {
    es: { ...nothing, problem: 'El webhook {webhook_id} está en pausa' },
    en: { ...nothing, problem: 'Webhook {webhook_id} is paused' },
  },
  'rollout.stopped': {
    es: {
      ...nothing,
      problem: 'El despliegue {rollout_id} de la versión {version} se detuvo: demasiadas sucursales fallaron',
    },
    en: {
      ...nothing,
      problem: 'The roll-out {rollout_id} of version {version} has stopped: too many branches failed',
    },
  },
  [CROWD]: {
    es: { ...nothing, problem: 'Hay tantos problemas a la vez que no se avisa de cada uno' },
    en: { ...nothing, problem: 'There are so many problems at once that not every one is told' },
  },
};

const severities: Readonly<Record<Language, readonly string[]>> = {
  es: ['sin clasificar', 'información', 'advertencia', 'media', 'alta', 'desastre'],
  en: SEVERITIES.map((name) => name.replace('_', ' ')),
};

interface Frame {
  readonly many: (problems: number, resolved: number) => string;
  readonly more: (count: number) => string;
  readonly times: (count: number) => string;
  readonly since: string;
  readonly end: string;
}

const frames: Readonly<Record<Language, Frame>> = {
  es: {
    many: (problems, resolved) =>
      [
        ...(problems > 0 ? [`${problems} ${problems === 1 ? 'problema' : 'problemas'}`] : []),
        ...(resolved > 0 ? [`${resolved} ${resolved === 1 ? 'resuelto' : 'resueltos'}`] : []),
      ].join(', '),
    more: (count) => `… y ${count} más`,
    times: (count) => `${count} veces en una hora`,
    since: 'desde',
    end: 'Recibe este aviso porque su usuario tiene esta dirección entre sus medios.',
  },
  en: {
    many: (problems, resolved) =>
      [
        ...(problems > 0 ? [`${problems} ${problems === 1 ? 'problem' : 'problems'}`] : []),
        ...(resolved > 0 ? [`${resolved} resolved`] : []),
      ].join(', '),
    more: (count) => `… and ${count} more`,
    times: (count) => `${count} times within an hour`,
    since: 'since',
    end: 'You get this notice because your user has this address among its medias.',
  },
};

/** Problems that a notice names; the others are counted. */
const MOST_NAMED = 50;
/** Branches that a subject names. */
const MOST_SITES = 3;

/** The language of a user. */
export function languageOf({ lang }: Pick<User, 'lang'>): Language {
  return lang.startsWith('en') ? 'en' : 'es';
}

/** One change as a sentence. */
export function sentenceOf(
  { type, state, site = '', device = '', detail }: Change,
  language: Language,
): string {
  const sentence = sentences[type]?.[language][state] ?? '';
  const values: Readonly<Record<string, string>> = { ...detail, site, device };
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

function stamp(at: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return format.format(at);
}

function lineOf(change: Change, language: Language, zone: string): string {
  const { since, times } = frames[language];
  const { type, state, at } = change;
  const count = change.times > 1 && state === 'problem' ? `, ${times(change.times)}` : '';
  const severity = severities[language][severityOf(type)] ?? '';
  return `- ${sentenceOf(change, language)} [${severity}] (${since} ${stamp(at, zone)}${count})`;
}

function placesOf(changes: readonly Change[]): string {
  const sites = [...new Set(changes.flatMap(({ site }) => site ?? []))].sort();
  const named = sites.slice(0, MOST_SITES).join(', ');
  return sites.length > MOST_SITES ? `${named}…` : named;
}

/** The worst first, then the oldest. */
export function inOrder(changes: readonly Change[]): Change[] {
  const rank = ({ state, type }: Change) => (state === 'problem' ? 10 : 0) + severityOf(type);
  return [...changes].sort((a, b) => rank(b) - rank(a) || a.at - b.at);
}

export interface Words {
  readonly subject: string;
  readonly text: string;
}

/** One or many changes as subject and text; the zone is that of the reader. */
export function wordsOf(changes: readonly Change[], language: Language, zone: string): Words {
  const { many, more, end } = frames[language];
  const ordered = inOrder(changes);
  const problems = changes.filter(({ state }) => state === 'problem').length;
  const [first] = ordered;
  const places = placesOf(changes);
  const sum = `${many(problems, changes.length - problems)}${places === '' ? '' : `: ${places}`}`;
  const about = ordered.length === 1 && first !== undefined ? sentenceOf(first, language) : sum;
  const named = ordered.slice(0, MOST_NAMED).map((change) => lineOf(change, language, zone));
  const left = ordered.length - named.length;
  const lines = [about, '', ...named, ...(left > 0 ? [more(left)] : []), '', `${end} (${zone})`];
  return { subject: `[Sereno] ${about}`, text: `${lines.join('\n')}\n` };
}
