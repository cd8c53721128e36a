// People over many terminals: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { PRIVILEGES } from '../domain/user.ts';
import { driftFieldSchema } from '../domain/wanted-person.ts';
import {
  cardField,
  deviceIdField,
  flagField,
  passwordField,
  privilegeField,
  siteField,
  textField,
} from './fields.ts';
import {
  count,
  EXAMPLE_AT,
  error,
  holds,
  instant,
  messageAnswer,
  pageQuery,
  says,
  success,
} from './parts.ts';
import type { Route } from './route.ts';

/** The company's own name of a person or a group: it stands in paths. */
export const personIdField = z
  .string(error('person_id'))
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/, error('person_id'));

const MOST_PLACES = 1000;

/** A list without repeats; it may be empty. */
function placesOf<T>(item: z.ZodType<T>, key: 'place_list') {
  return z
    .array(z.unknown(), error(key))
    .meta(holds({ type: 'string' }))
    .max(MOST_PLACES, error(key))
    .refine((given) => given.every((value) => item.safeParse(value).success), error(key))
    .transform((given) => [...new Set(given.map((value) => item.parse(value)))]);
}

/** Longer than any terminal holds, and short enough that people of a whole terminal fit into few messages. */
const short = (field: typeof textField | typeof passwordField, most: number) =>
  field.pipe(z.string().max(most, error('long_text')));

export const personFields = {
  user_id: short(textField, 64)
    .optional()
    .meta(says('The badge at the terminals; that of a new person is its `id` where left out')),
  name: short(textField, 128).optional(),
  password: short(passwordField, 64)
    .optional()
    .meta(says('Kept sealed and never shown; `""` removes the PIN at the terminals')),
  card: cardField.optional().meta(says('Kept sealed and never shown; 0 removes the card at the terminals')),
  privilege: privilegeField.optional(),
  devices: placesOf(deviceIdField, 'place_list').optional(),
  sites: placesOf(siteField, 'place_list')
    .optional()
    .meta(says('Every terminal of these, also those that come later')),
  site_groups: placesOf(personIdField, 'place_list').optional(),
};

const personPutBody = z.strictObject(personFields).meta({ id: 'PersonPut' });
export type PersonBody = z.output<typeof personPutBody>;

const peopleQuery = pageQuery.extend({
  search: textField
    .optional()
    .meta(says('In the id, the badge or the name; letters are not told apart by case or accent')),
  device: deviceIdField.optional().meta(says('Who is, or was, wanted at this terminal')),
});

export const PLACE_STATES = ['waiting', 'away', 'in_step', 'refused', 'drift', 'leaving', 'gone'] as const;
export const PERSON_STATES = ['in_step', 'waiting', 'refused', 'drift', 'leaving', 'gone'] as const;

const placeView = z
  .object({
    device_id: z.string(),
    site: z.string(),
    state: z
      .enum(PLACE_STATES)
      .meta(
        says(
          'in_step: the terminal was seen to hold what is wanted. waiting, away: not yet; away: its agent or the terminal does not answer now. refused: it does not take it. drift: somebody has changed it there. leaving: to be taken off, and not known to be. gone: seen not to hold the person any more.',
        ),
      ),
    since: instant,
    away: z
      .boolean()
      .optional()
      .meta(says('Beside `leaving`: its agent or the terminal does not answer now.')),
    removed: z.boolean().optional().meta(says('The terminal is not registered any more.')),
    code: z.string().optional(),
    error: z.string().optional(),
    fields: z.array(driftFieldSchema).optional(),
  })
  .meta({ id: 'PersonAtTerminal' });
export type PlaceView = z.infer<typeof placeView>;

const personView = z
  .object({
    id: z.string(),
    user_id: z.string(),
    name: z.string(),
    privilege: z.union([...PRIVILEGES.map((value) => z.literal(value)), z.null()]),
    has_password: z.boolean(),
    has_card: z.boolean(),
    devices: z.array(z.string()),
    sites: z.array(z.string()),
    site_groups: z.array(z.string()),
    state: z.enum(PERSON_STATES),
    created_at: instant,
    updated_at: instant,
    terminals: z.array(placeView),
  })
  .meta({ id: 'Person' });
export type PersonView = z.infer<typeof personView>;

const personAnswer = z.object({ success, data: personView });
const personSavedAnswer = z.object({ success, message: z.string(), data: personView });
const peopleAnswer = z.object({ success, data: z.array(personView), next_cursor: z.string().optional() });

/** Lines of one file, its head not counted. */
export const MOST_LINES = 1000;
const IMPORT_BYTES = 512 * 1024;

const importQuery = z.strictObject({
  dry_run: flagField.optional().meta(says('Only shows what each line would change')),
});

const importLine = z.object({
  line: count,
  id: z.string(),
  action: z
    .enum(['create', 'update', 'unchanged', 'failed'])
    .meta(
      says('failed: it was not written, since somebody has changed something meanwhile; the others were'),
    ),
  fields: z.array(z.string()),
  devices_added: z.array(z.string()),
  devices_removed: z.array(z.string()),
  code: z.string().optional().meta(says('Why it failed.')),
  error: z.string().optional(),
});
export type ImportLine = z.infer<typeof importLine>;
const importAnswer = z.object({
  success,
  message: z.string(),
  dry_run: z.boolean(),
  created: count,
  updated: count,
  unchanged: count,
  failed: count,
  data: z.array(importLine),
});

const groupBody = z
  .strictObject({ name: textField.optional(), sites: placesOf(siteField, 'place_list') })
  .meta({ id: 'SiteGroupPut' });
const groupView = z
  .object({
    id: z.string(),
    name: z.string(),
    sites: z.array(z.string()),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'SiteGroup' });
export type GroupView = z.infer<typeof groupView>;
const groupAnswer = z.object({ success, data: groupView });
const groupSavedAnswer = z.object({ success, message: z.string(), data: groupView });
const groupsAnswer = z.object({ success, total: count, data: z.array(groupView) });

const ana = {
  id: 'ana.quispe',
  user_id: '9002',
  name: 'Ana Quispe',
  privilege: null,
  has_password: true,
  has_card: false,
  devices: ['principal'],
  sites: [],
  site_groups: [],
  state: 'in_step',
  created_at: EXAMPLE_AT,
  updated_at: EXAMPLE_AT,
  terminals: [{ device_id: 'principal', site: 'casa-matriz', state: 'in_step', since: EXAMPLE_AT }],
};
const her = { id: ana.id };
const andes = {
  id: 'andes',
  name: 'Sedes de los Andes',
  sites: ['casa-matriz'],
  created_at: EXAMPLE_AT,
  updated_at: EXAMPLE_AT,
};

export const peopleRoutes = {
  siteGroupPut: {
    method: 'PUT',
    path: '/site-groups/{id}',
    access: 'sites:admin',
    fn: 'people',
    summary: 'Name a group of branches, or change it; people who may come in there follow',
    body: groupBody,
    says: { es: "Grupo de sedes '{id}' guardado.", en: "Group of sites '{id}' saved." },
    answer: groupSavedAnswer,
    example: {
      params: { id: 'andes' },
      body: { name: andes.name, sites: andes.sites },
      answer: { data: andes },
    },
  },
  siteGroupGet: {
    method: 'GET',
    path: '/site-groups/{id}',
    access: 'sites:admin',
    fn: 'people',
    summary: 'One group of branches',
    answer: groupAnswer,
    example: { params: { id: 'andes' }, answer: { data: andes } },
  },
  siteGroupList: {
    method: 'GET',
    path: '/site-groups',
    access: 'sites:admin',
    fn: 'people',
    summary: 'The groups of branches',
    answer: groupsAnswer,
    example: { answer: { total: 1, data: [andes] } },
  },
  siteGroupDelete: {
    method: 'DELETE',
    path: '/site-groups/{id}',
    access: 'sites:admin',
    fn: 'people',
    summary: 'Forget a group of branches that nobody uses',
    says: { es: "Grupo de sedes '{id}' eliminado.", en: "Group of sites '{id}' deleted." },
    answer: messageAnswer,
    example: { params: { id: 'andes' } },
  },
  personPut: {
    method: 'PUT',
    path: '/people/{id}',
    access: 'users:write',
    fn: 'people',
    summary: 'Say who somebody is and where he may come in; what is left out keeps its value',
    body: personPutBody,
    late: 'person',
    says: { es: "Persona '{id}' guardada.", en: "Person '{id}' saved." },
    answer: personSavedAnswer,
    example: {
      params: her,
      body: { user_id: '9002', name: 'Ana Quispe', password: '1234', devices: ['principal'] },
      answer: { data: ana },
    },
  },
  personGet: {
    method: 'GET',
    path: '/people/{id}',
    access: 'users:read',
    fn: 'people',
    summary: 'Somebody, and how he stands at each terminal',
    answer: personAnswer,
    example: { params: her, answer: { data: ana } },
  },
  peopleList: {
    method: 'GET',
    path: '/people',
    access: 'users:read',
    fn: 'people',
    summary: 'The people of the company, by id',
    query: peopleQuery,
    answer: peopleAnswer,
    example: { query: { search: 'quispe' }, answer: { data: [ana] } },
  },
  peopleImport: {
    method: 'POST',
    path: '/people/import',
    access: 'users:write',
    fn: 'people',
    summary: 'Many people as CSV; with dry_run=true it only shows what would change',
    body: z.string(),
    bodyBytes: IMPORT_BYTES,
    bodyText: 'text/csv',
    late: 'import',
    query: importQuery,
    says: { es: 'Archivo leído.', en: 'File read.' },
    answer: importAnswer,
  },
  personDelete: {
    method: 'DELETE',
    path: '/people/{id}',
    access: 'users:write',
    fn: 'people',
    summary: 'Take somebody away everywhere, also where the branch is away now; the attendance stays',
    late: 'person',
    says: { es: "Persona '{id}' retirada.", en: "Person '{id}' taken away." },
    answer: personSavedAnswer,
    example: {
      params: her,
      answer: { data: { ...ana, state: 'gone', terminals: [{ ...ana.terminals[0], state: 'gone' }] } },
    },
  },
} as const satisfies Record<string, Route>;
